// Goal: what a saga does next follows from its state, and from nothing else: groups in their order, back in reverse order
// over what happened or may have; attempts, pauses and times as the policy says.
import { describe, expect, it } from 'vitest';
import { failure, fullStepPolicy, nextMove } from '../../src/core/app/saga-moves.ts';
import { actsOf, began, did, failed, moveOf, planOf, sagaOf, start, turned } from './saga-table.ts';

const groups = [['a'], ['b', 'c'], ['d']];

describe('a saga that runs', () => {
  it('does one group after another, those of one at the same time', () => {
    expect(actsOf(moveOf(sagaOf(groups)))).toEqual(['do a 1']);
    expect(actsOf(moveOf(sagaOf(groups, did('a'))))).toEqual(['do b 1', 'do c 1']);
    expect(actsOf(moveOf(sagaOf(groups, did('a'), did('c'))))).toEqual(['do b 1']);
    expect(actsOf(moveOf(sagaOf(groups, did('a'), did('c'), did('b'))))).toEqual(['do d 1']);
    const all = sagaOf(groups, ...['a', 'b', 'c', 'd'].map((step) => did(step)));
    expect(moveOf(all)).toEqual({ move: 'end', outcome: 'done' });
  });

  it('tries again what began and came to no end, until it has had its attempts', () => {
    expect(actsOf(moveOf(sagaOf(groups, began('a'))))).toEqual(['do a 2']);
    expect(actsOf(moveOf(sagaOf(groups, began('a', 'do', 2))))).toEqual(['do a 3']);
    const events = [
      { event: 'failed', step: 'a', side: 'do', error: 'its worker died', happened: 'maybe', next: 'turn' },
    ];
    expect(moveOf(sagaOf(groups, began('a', 'do', 3)))).toEqual({ move: 'note', events });
  });

  it('sleeps until the first of what it waits for', () => {
    const asked = sagaOf([['a', 'b']], began('a'), began('b'));
    const at = start + 2000;
    expect(moveOf(asked, { asked: ['a', 'b'] }, at)).toEqual({ move: 'sleep', until: start + 12_000 });
    const retrying = sagaOf([['a', 'b']], began('a'), began('b'), failed('b', 'retry'));
    expect(moveOf(retrying, { asked: ['a'] }, at)).toEqual({ move: 'sleep', until: start + 12_000 });
    expect(moveOf(retrying, { asked: ['a'], timeout: 900 }, at)).toEqual({ move: 'sleep', until: start + 100_000 });
    expect(moveOf(asked, { asked: ['a', 'b'], deadline: 5 }, at)).toEqual({ move: 'sleep', until: start + 5000 });
  });

  it('makes the attempts that are due, while others are not', () => {
    const retrying = sagaOf([['a', 'b', 'c']], failed('a', 'retry'), began('b'));
    expect(actsOf(moveOf(retrying, { asked: ['b'], timeout: 900 }))).toEqual(['do c 1']);
    expect(actsOf(moveOf(retrying, { asked: ['b'], timeout: 900 }, start + 100_000))).toEqual(['do a 1', 'do c 1']);
  });

  it('takes a question without an answer for something that may have happened', () => {
    const move = moveOf(sagaOf(groups, began('a')), { asked: ['a'], attempts: 1 }, start + 12_000);
    expect(move).toMatchObject({ move: 'note', events: [{ event: 'failed', happened: 'maybe', next: 'turn' }] });
    const again = moveOf(sagaOf(groups, began('a')), { asked: ['a'], attempts: 2 }, start + 12_000);
    expect(again).toMatchObject({ move: 'note', events: [{ next: 'retry', due: start + 13_000 }] });
  });

  it('turns back at its deadline, and not before', () => {
    const saga = sagaOf(groups, did('a'));
    expect(moveOf(saga, { deadline: 30 }, start + 29_999)).toMatchObject({ move: 'act' });
    const compensate = { move: 'note', events: [{ event: 'compensate', why: 'its deadline is over' }] };
    expect(moveOf(saga, { deadline: 30 }, start + 30_000)).toEqual(compensate);
    expect(actsOf(moveOf(sagaOf(groups, did('a'), turned), { deadline: 30 }, start + 90_000))).toEqual(['undo a 1']);
  });

  it('waits for a person when the app knows a step no more', () => {
    expect(moveOf(sagaOf(groups), { gone: ['a'] })).toMatchObject({ move: 'park', error: 'the app has no step a' });
  });
});

describe('a saga on its way back', () => {
  it('undoes what happened, in reverse order of the groups, those of one at the same time', () => {
    const done = [...['a', 'b', 'c', 'd'].map((step) => did(step)), turned];
    expect(actsOf(moveOf(sagaOf(groups, ...done)))).toEqual(['undo d 1']);
    expect(actsOf(moveOf(sagaOf(groups, ...done, did('d', 'undo'))))).toEqual(['undo b 1', 'undo c 1']);
    const both = [did('d', 'undo'), did('b', 'undo'), did('c', 'undo')];
    expect(actsOf(moveOf(sagaOf(groups, ...done, ...both)))).toEqual(['undo a 1']);
    expect(moveOf(sagaOf(groups, ...done, ...both, did('a', 'undo')))).toEqual({ move: 'end', outcome: 'compensated' });
  });

  it('undoes what may have happened, and nothing that did not', () => {
    const maybe = [did('a'), began('b'), began('c'), failed('b', 'turn', 'no')];
    expect(actsOf(moveOf(sagaOf(groups, ...maybe)))).toEqual(['undo c 1']);
    expect(actsOf(moveOf(sagaOf(groups, did('a'), failed('b', 'turn', 'maybe'))))).toEqual(['undo b 1']);
    expect(actsOf(moveOf(sagaOf(groups, did('a'), failed('b', 'turn', 'no'))))).toEqual(['undo a 1']);
    expect(moveOf(sagaOf(groups, failed('a', 'turn', 'no')))).toEqual({ move: 'end', outcome: 'compensated' });
  });

  it('waits for a person when something cannot be undone, whatever else is left', () => {
    const stuck = [...['a', 'b', 'c'].map((step) => did(step)), turned, failed('b', 'wait')];
    expect(actsOf(moveOf(sagaOf(groups, ...stuck)))).toEqual(['park']);
    expect(actsOf(moveOf(sagaOf(groups, ...stuck, did('c', 'undo'))))).toEqual(['park']);
  });

  it('undoes what a person skipped, when it was under way', () => {
    const skip = { event: 'skip', step: 'a', side: 'do' } as const;
    expect(actsOf(moveOf(sagaOf(groups, began('a'), skip, turned)))).toEqual(['undo a 1']);
    expect(moveOf(sagaOf(groups, skip, turned))).toEqual({ move: 'end', outcome: 'compensated' });
  });

  it('has nothing to undo of a step without an undo', () => {
    expect(actsOf(moveOf(sagaOf(groups, did('a'), did('b'), turned), { undoable: ['a'] }))).toEqual(['undo a 1']);
  });

  it('does not take a step that the app knows no more for one without an undo', () => {
    const move = moveOf(sagaOf(groups, did('a'), did('b'), turned), { gone: ['b'] });
    expect(move).toMatchObject({ move: 'park', error: 'the app has no step b' });
  });

  it('waits for a person when an undo failed for good, and goes on when told to', () => {
    const stuck = [did('a'), turned, began('a', 'undo'), failed('a', 'wait', 'no')];
    expect(moveOf(sagaOf(groups, ...stuck))).toEqual({ move: 'park', error: 'a cannot be undone: a broke' });
    expect(actsOf(moveOf(sagaOf(groups, ...stuck, { event: 'retry' })))).toEqual(['undo a 1']);
    const skipped = sagaOf(groups, ...stuck, { event: 'skip', step: 'a', side: 'undo' });
    expect(moveOf(skipped)).toEqual({ move: 'end', outcome: 'compensated' });
    const forced = sagaOf(groups, ...stuck, { event: 'force', outcome: 'done' });
    expect(moveOf(forced)).toEqual({ move: 'end', outcome: 'done' });
  });
});

describe('a failed attempt', () => {
  const policy = fullStepPolicy({ retry: { attempts: 4, first: 2, factor: 3, max: 10 } });

  it('pauses longer each time, up to the longest pause, spread by a half', () => {
    const due = (attempt: number, chance: number) => {
      const event = failure({ step: 'a', side: 'do', attempt }, policy, { error: 'x', now: 0, chance });
      return 'due' in event ? event.due : undefined;
    };
    expect([1, 2, 3, 4].map((attempt) => due(attempt, 1))).toEqual([2000, 6000, 10_000, undefined]);
    expect([1, 2, 3].map((attempt) => due(attempt, 0))).toEqual([1000, 3000, 5000]);
  });

  it('is the last one when it is permanent, or all attempts were made', () => {
    const next = (side: 'do' | 'undo', attempt: number, permanent: boolean) =>
      failure({ step: 'a', side, attempt }, policy, { error: 'x', permanent, now: 0, chance: 1 });
    expect(next('do', 1, true)).toMatchObject({ next: 'turn' });
    expect(next('do', 4, false)).toMatchObject({ next: 'turn', happened: 'maybe' });
    expect(next('undo', 1, true)).toMatchObject({ next: 'wait' });
    expect(next('undo', 4, false)).toMatchObject({ next: 'wait' });
    expect(next('undo', 3, false)).toMatchObject({ next: 'retry' });
  });

  it('of a question is the only one, unless its policy says otherwise', () => {
    expect(fullStepPolicy({}, true).attempts).toBe(1);
    expect(fullStepPolicy({ retry: { attempts: 3 } }, true).attempts).toBe(3);
    expect(fullStepPolicy({ timeout: 7 })).toEqual({ timeout: 7, attempts: 5, first: 1, factor: 2, max: 60 });
  });
});

it('the end that a person forces comes before all else', () => {
  const saga = sagaOf(groups, did('a'), turned, failed('a', 'wait'), { event: 'force', outcome: 'compensated' });
  expect(nextMove(saga, planOf({ deadline: 1 }), { now: start + 99_000, chance: 0 })).toEqual({
    move: 'end',
    outcome: 'compensated',
  });
});
