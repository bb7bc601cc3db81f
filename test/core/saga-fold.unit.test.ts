// Goal: each event means one thing in each state, also when it comes late, twice, or against a person's word.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SagaEvent, SagaPhase } from '../../src/core/app/saga.ts';
import { beginSaga, foldEvents, foldSaga } from '../../src/core/app/saga-fold.ts';
import { nextMove } from '../../src/core/app/saga-moves.ts';
import { began, did, failed, planOf, sagaOf, start, turned } from './saga-table.ts';

const groups = [['a'], ['b', 'c'], ['d']];
const skip = (step: string, side: 'do' | 'undo' = 'do'): SagaEvent => ({ event: 'skip', step, side });
const retry: SagaEvent = { event: 'retry' };
const force: SagaEvent = { event: 'force', outcome: 'done' };

/** How a saga gets into each phase. */
const ways: Readonly<Record<'running' | 'compensating' | 'failed', readonly SagaEvent[]>> = {
  running: [began('a'), did('a'), began('b')],
  compensating: [began('a'), did('a'), began('b'), turned],
  failed: [began('a'), did('a'), began('b'), turned, began('b', 'undo'), failed('b', 'wait')],
};

describe('the phase of a saga', () => {
  // Rows: the event; columns: the phase after it, from running, compensating and failed.
  const table: readonly (readonly [string, SagaEvent, SagaPhase, SagaPhase, SagaPhase])[] = [
    ['a step begins', began('c'), 'running', 'compensating', 'failed'],
    ['a step is done', did('b'), 'running', 'compensating', 'failed'],
    ['a step fails for now', failed('b', 'retry'), 'running', 'compensating', 'failed'],
    ['a step fails for good', failed('b', 'turn'), 'compensating', 'compensating', 'failed'],
    ['an undo fails for now', failed('a', 'retry', 'maybe', 'undo'), 'running', 'compensating', 'failed'],
    ['an undo fails for good', failed('a', 'wait'), 'failed', 'failed', 'failed'],
    ['another undo is done', did('a', 'undo'), 'running', 'compensating', 'failed'],
    ['the undo that failed is done after all', did('b', 'undo'), 'running', 'compensating', 'compensating'],
    ['it is told to turn back', turned, 'compensating', 'compensating', 'failed'],
    ['a person says retry', retry, 'running', 'compensating', 'compensating'],
    ['a person skips a step', skip('b'), 'running', 'compensating', 'failed'],
    ['a person skips another undo', skip('a', 'undo'), 'running', 'compensating', 'failed'],
    ['a person skips the undo that failed', skip('b', 'undo'), 'running', 'compensating', 'compensating'],
    ['a person forces it', force, 'running', 'compensating', 'failed'],
    ['it is planned again', { event: 'planned', steps: groups }, 'running', 'compensating', 'failed'],
  ];

  it.each(table)('follows from the phase before when %s', (_, event, fromRunning, fromCompensating, fromFailed) => {
    const phases = [ways.running, ways.compensating, ways.failed].map((way) => sagaOf(groups, ...way, event).phase);
    expect(phases).toEqual([fromRunning, fromCompensating, fromFailed]);
  });

  it('stays failed while another undo of the saga has failed', () => {
    const both = [...ways.compensating, began('c'), failed('b', 'wait'), failed('c', 'wait')];
    expect(sagaOf(groups, ...both, skip('b', 'undo')).phase).toBe('failed');
    expect(sagaOf(groups, ...both, did('b', 'undo')).phase).toBe('failed');
    expect(sagaOf(groups, ...both, did('b', 'undo'), skip('c', 'undo')).phase).toBe('compensating');
  });
});

describe('a side of a step', () => {
  const doOf = (...events: readonly SagaEvent[]) => sagaOf(groups, ...events).steps.get('a')?.do;
  const undoOf = (...events: readonly SagaEvent[]) => sagaOf(groups, ...events).steps.get('a')?.undo;

  it('waits, begins, waits for its next attempt, begins again, and is done', () => {
    expect(doOf()).toMatchObject({ status: 'waiting', attempts: 0, round: 0, maybe: false });
    expect(doOf(began('a'))).toMatchObject({ status: 'begun', attempts: 1, beganAt: start + 2000 });
    const retrying = doOf(began('a'), failed('a', 'retry', 'no'));
    expect(retrying).toMatchObject({ status: 'retrying', error: 'a broke', due: start + 100_000, maybe: false });
    const again = doOf(began('a'), failed('a', 'retry', 'no'), began('a', 'do', 2));
    expect(again).toMatchObject({ status: 'begun', attempts: 2 });
    expect(again).not.toHaveProperty('error');
    expect(again).not.toHaveProperty('due');
    expect(doOf(began('a'), did('a'))).toMatchObject({ status: 'done', result: 'a do', endedAt: start + 3000 });
  });

  it('may have happened once an attempt ended unknown, or did not end', () => {
    expect(doOf(began('a'), failed('a', 'turn', 'no'))?.maybe).toBe(false);
    expect(doOf(began('a'), failed('a', 'turn', 'maybe'))?.maybe).toBe(true);
    expect(doOf(began('a'), began('a', 'do', 2), failed('a', 'turn', 'no'))?.maybe).toBe(true);
    expect(doOf(began('a'), failed('a', 'retry'), began('a', 'do', 2), failed('a', 'turn', 'no'))?.maybe).toBe(true);
  });

  it('may have happened when a person skips it while it is under way', () => {
    expect(doOf(began('a'), skip('a'))).toMatchObject({ status: 'skipped', maybe: true });
    expect(doOf(skip('a'))).toMatchObject({ status: 'skipped', maybe: false });
  });

  it('stays done or skipped, whatever fails later', () => {
    for (const next of ['retry', 'turn'] as const) {
      expect(doOf(began('a'), did('a'), failed('a', next))?.status).toBe('done');
      expect(doOf(began('a'), skip('a'), failed('a', next))?.status).toBe('skipped');
      expect(sagaOf(groups, began('a'), skip('a'), failed('a', next)).phase).toBe('running');
    }
    const skipped = [turned, began('a', 'undo'), skip('a', 'undo'), failed('a', 'wait')];
    expect(undoOf(...skipped)?.status).toBe('skipped');
    expect(sagaOf(groups, ...skipped).phase).toBe('compensating');
  });

  it('that was skipped may have happened, when its attempt ends unknown', () => {
    expect(doOf(began('a'), skip('a'), failed('a', 'turn', 'maybe'))?.maybe).toBe(true);
    expect(doOf(began('a'), skip('a'), did('a'))).toMatchObject({ status: 'done', result: 'a do' });
  });

  it('is tried anew with another key only when it was refused', () => {
    const wait = [began('a', 'undo'), failed('a', 'wait', 'no'), retry];
    expect(undoOf(...wait)).toMatchObject({ status: 'waiting', attempts: 0, round: 1 });
    const unknown = [began('a', 'undo'), failed('a', 'wait', 'maybe'), retry];
    expect(undoOf(...unknown)).toMatchObject({ status: 'waiting', attempts: 0, round: 0, maybe: true });
    // The last word of the callee counts: it knows the key.
    const mixed = [began('a', 'undo'), failed('a', 'retry', 'maybe', 'undo'), began('a', 'undo', 2)];
    expect(undoOf(...mixed, failed('a', 'wait', 'no'), retry)?.round).toBe(1);
    expect(undoOf(...mixed, retry)).toMatchObject({ status: 'begun', attempts: 2, round: 0 });
  });

  it('is held up by a late report that it may have happened, also when a person skipped it', () => {
    const late = [failed('b', 'wait', 'no', 'undo'), skip('b'), failed('b', 'turn', 'maybe')];
    const saga = late.reduce((before, event) => foldSaga(before, event, start), sagaOf([['a'], ['b']]));
    expect(saga.phase).toBe('failed');
  });

  it('counts how often it began, also over the rounds of a person', () => {
    const events = [began('a'), failed('a', 'retry'), began('a', 'do', 2), failed('a', 'retry'), retry, began('a')];
    expect(doOf(...events)).toMatchObject({ attempts: 1, begun: 3 });
  });
});

describe('the events of a saga', () => {
  it('make no saga without the event that starts one', () => {
    expect(foldEvents('s', [])).toBeUndefined();
    expect(() => beginSaga('s', turned, start)).toThrow('start');
  });

  it('keep what the saga was started with', () => {
    const first = { event: 'started', v: 1, type: 't', data: { x: 1 }, respond: 'q', undoes: 'o' } as const;
    const saga = foldEvents('s', [{ event: first, time: start }]);
    expect(saga).toMatchObject({ id: 's', type: 't', data: { x: 1 }, respond: 'q', undoes: 'o', phase: 'running' });
    expect(saga && foldSaga(saga, first, start + 1)).toEqual(saga);
  });

  it('lead, in whatever order, to a state that has a next move, and never back to running', () => {
    const step = fc.constantFrom('a', 'b', 'c', 'd');
    const side = fc.constantFrom<'do' | 'undo'>('do', 'undo');
    const event: fc.Arbitrary<SagaEvent> = fc.oneof(
      fc.tuple(step, side, fc.integer({ min: 1, max: 4 })).map(([name, which, n]) => began(name, which, n)),
      fc.tuple(step, side).map(([name, which]) => did(name, which)),
      fc
        .tuple(step, side, fc.boolean(), fc.constantFrom<'no' | 'maybe'>('no', 'maybe'))
        .map(([name, which, again, happened]) =>
          failed(name, again ? 'retry' : which === 'do' ? 'turn' : 'wait', happened, which),
        ),
      fc.tuple(step, side).map(([name, which]) => skip(name, which)),
      fc.constantFrom(retry, turned),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), fc.subarray(['a', 'b', 'c', 'd']), (events, asked) => {
        let saga = sagaOf(groups);
        for (const each of events) {
          const before = saga.phase;
          // What waits for a person is not begun.
          if (each.event === 'began' && saga.steps.get(each.step)?.undo.status === 'failed') continue;
          saga = foldSaga(saga, each, start + 5000);
          if (before !== 'running') expect(saga.phase).not.toBe('running');
          // What failed is there to be mended, and the move says so.
          const undone = [...saga.steps.values()].some(
            ({ do: done, undo }) =>
              undo.status === 'failed' && (done.maybe || done.status === 'done' || done.status === 'begun'),
          );
          expect(saga.phase === 'failed').toBe(undone);
          const move = nextMove(saga, planOf({ asked }), { now: start + 1_000, chance: 0.5 });
          if (move.move === 'sleep') expect(move.until).toBeLessThan(Number.POSITIVE_INFINITY);
          if (move.move === 'park') expect(saga.phase).toBe('failed');
          // The others of its group are undone all the same; it does not end by itself.
          if (saga.phase === 'failed') expect(move.move).not.toBe('end');
          if (move.move === 'act')
            for (const act of move.acts) expect(act.side).toBe(saga.phase === 'running' ? 'do' : 'undo');
        }
      }),
    );
  });
});
