// Goal: what a person says to a saga while its worker is at it is never passed over, and never loses what its calls came
// to; a worker that stops in the middle hands its sagas back. Method: calls that a test ends, time that a test moves.
import { describe, expect, it } from 'vitest';
import { suspendedPrefix } from '../../src/core/fold/session.ts';
import type { Operation } from '../../src/core/log/operation.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { all, working } from '../sessions/workplace.ts';
import { Calls, sagaPlace, story, stuck } from './saga-place.ts';

const quick = { retry: { attempts: 3, first: 1, factor: 1 } };

describe('an intervention while a call runs', () => {
  it('that turns the saga back undoes the call once it has ended', async () => {
    const calls = new Calls();
    const { clock, person, begin } = await sagaPlace({ steps: [calls.step('a')] });
    await begin();
    await person.sagas.compensate('s', { actor: 'eve', reason: 'wrong order' });
    await clock.pass(0);
    expect(calls.keys).toEqual(['a']);
    calls.last.resolve('done');
    await clock.pass(0);
    expect(calls.keys).toEqual(['a', 'a/undo']);
    expect(calls.last).toMatchObject({ error: 'it was compensated on request', results: { a: 'done' } });
    calls.last.resolve();
    await clock.pass(0);
    expect(await person.wait('s')).toMatchObject({ outcome: 'rejected', rejection: { code: 'SAGA_COMPENSATED' } });
    expect(await story(person)).toEqual([
      ...['started', 'planned', 'began a', 'compensate', 'did a', 'began a undo', 'did a undo'],
    ]);
  });

  it('that turns it back begins no other step', async () => {
    const calls = new Calls();
    const { clock, person, begin } = await sagaPlace({ steps: [calls.step('a'), calls.step('b')] });
    await begin();
    await person.sagas.compensate('s');
    calls.last.reject(new Error('no'));
    await clock.pass(0);
    // It failed without saying whether it happened.
    expect(calls.keys).toEqual(['a', 'a/undo']);
  });

  it('that skips the step holds, whatever the call comes to', async () => {
    for (const end of ['resolve', 'reject'] as const) {
      const calls = new Calls();
      const { clock, person, begin } = await sagaPlace({ steps: [calls.step('a', quick), calls.step('b', quick)] });
      await begin();
      await person.sagas.skip('s', { step: 'a', reason: 'done by hand' });
      if (end === 'resolve') calls.last.resolve();
      else calls.last.reject(new Error('no'));
      await clock.pass(0);
      expect(calls.keys, end).toEqual(['a', 'b']);
      await clock.pass(5_000);
      expect(calls.keys, end).toEqual(['a', 'b']);
    }
  });

  it('that forces the end of the saga is its end', async () => {
    for (const outcome of ['done', 'compensated'] as const) {
      const calls = new Calls();
      const { clock, person, begin } = await sagaPlace({ steps: [calls.step('a'), calls.step('b')] });
      await begin();
      await person.sagas.force('s', outcome, { reason: 'enough' });
      calls.last.resolve();
      await clock.pass(0);
      expect((await person.sagas.get('s')).phase).toBe(outcome);
      expect(calls.keys).toEqual(['a']);
      expect(await story(person)).toContain('did a');
    }
  });

  it('that comes again and again counts each time', async () => {
    const calls = new Calls();
    const steps = [[calls.step('a'), calls.step('b'), calls.step('c')], calls.step('d')];
    const { clock, person, begin } = await sagaPlace({ steps });
    await begin();
    await person.sagas.skip('s', { step: 'a' });
    await person.sagas.skip('s', { step: 'b' });
    await person.sagas.skip('s', { step: 'c' });
    await person.sagas.compensate('s');
    for (const call of [...calls.made]) call.reject(new Error('no'));
    await clock.pass(0);
    expect(calls.keys).toEqual(['a', 'b', 'c', 'a/undo', 'b/undo', 'c/undo']);
  });
});

describe('an intervention while a saga sleeps', () => {
  it('has a step tried again at once, with all its attempts', async () => {
    const calls = new Calls();
    const slow = { retry: { attempts: 2, first: 3_000, max: 3_000 } };
    const { clock, person, begin } = await sagaPlace({ steps: [calls.step('a', slow)] });
    await begin();
    calls.last.reject(new Error('no'));
    await clock.pass(60_000);
    expect(calls.made.length).toBe(1);
    await person.sagas.retry('s');
    await clock.pass(0);
    expect(calls.made.map(({ key, attempt }) => [key, attempt])).toEqual([
      ['s/a', 1],
      ['s/a', 1],
    ]);
    calls.last.reject(new Error('no'));
    await clock.pass(60_000);
    expect((await person.sagas.get('s')).phase).toBe('running');
  });

  it('is refused when there is nothing of the kind to do, and leaves no trace', async () => {
    const calls = new Calls();
    const { clock, person, begin } = await sagaPlace({ steps: [calls.step('a')] });
    await begin();
    const before = await person.head();
    await expect(person.sagas.retry('s')).rejects.toMatchObject({ code: 'SAGA_STATE' });
    await expect(person.sagas.skip('s', { step: 'x' })).rejects.toMatchObject({ code: 'SAGA_STATE' });
    await expect(person.sagas.answer({ id: 's', step: 'x' }, { result: 1 })).rejects.toMatchObject({
      code: 'SAGA_STATE',
    });
    await expect(person.sagas.retry('x')).rejects.toMatchObject({ code: 'SAGA_NOT_FOUND' });
    expect(await person.head()).toEqual(before);
    calls.last.resolve();
    await clock.pass(0);
    for (const word of ['retry', 'skip'] as const)
      await expect(person.sagas[word]('s')).rejects.toMatchObject({ code: 'SAGA_STATE' });
    await expect(person.sagas.force('s', 'done')).rejects.toMatchObject({ code: 'SAGA_STATE' });
  });
});

describe('a deadline', () => {
  it('that comes while a call runs is seen when the call has ended', async () => {
    const calls = new Calls();
    const { clock, person, begin } = await sagaPlace({ steps: [calls.step('a'), calls.step('b')], deadline: 5 });
    await begin();
    await clock.pass(6_000);
    expect(calls.keys).toEqual(['a']);
    calls.last.resolve();
    await clock.pass(0);
    expect(calls.keys).toEqual(['a', 'a/undo']);
    calls.last.resolve();
    await clock.pass(0);
    expect(await person.wait('s')).toMatchObject({ rejection: { reason: 'its deadline is over' } });
  });

  it('does not let a saga sleep beyond it', async () => {
    const calls = new Calls();
    const slow = { retry: { attempts: 2, first: 600, max: 600 } };
    const { clock, begin } = await sagaPlace({ steps: [calls.step('a', slow)], deadline: 5 });
    await begin();
    calls.last.reject(new Error('no'));
    await clock.pass(5_600);
    expect(calls.keys).toEqual(['a', 'a/undo']);
  });
});

describe('a worker that ends in the middle of a call', () => {
  it('in order waits for the call, and hands the saga over without an attempt lost', async () => {
    const calls = new Calls();
    const { place, app, clock, person, begin } = await sagaPlace({ steps: [calls.step('a'), calls.step('b')] });
    const { worker } = await begin();
    const stopped = worker.stop();
    await clock.pass(1_000);
    expect(calls.last.signal.aborted).toBe(false);
    calls.last.resolve(7);
    await clock.pass(0);
    expect(await stopped).toMatchObject({ turns: 1, stored: 1, failed: 0 });
    expect(await story(person)).toEqual(['started', 'planned', 'began a', 'did a']);
    const [session] = await all(person);
    expect(session).toMatchObject({ attempts: 0 });
    const { env: other } = await place.open(app);
    await working(other);
    await clock.pass(0);
    expect(calls.last).toMatchObject({ key: 's/b', attempt: 1, results: { a: 7 } });
  });

  it('at once tells the call, and hands the saga back as not failed: it may have happened', async () => {
    const calls = new Calls();
    const { place, app, clock, person, begin } = await sagaPlace({ steps: [calls.step('a')] });
    const { worker } = await begin();
    const killed = worker.kill();
    await clock.pass(0);
    expect(calls.last.signal.aborted).toBe(true);
    expect(await killed).toMatchObject({ turns: 1, stored: 1, failed: 0 });
    const [session] = await all(person);
    expect(session).toMatchObject({ attempts: 0 });
    expect(session).not.toHaveProperty('error');
    expect((await person.sagas.get('s')).saga.steps.get('a')?.do).toMatchObject({
      ...{ status: 'retrying', attempts: 0, maybe: true },
    });
    const { env: other } = await place.open(app);
    await working(other);
    await clock.pass(0);
    expect(calls.last).toMatchObject({ key: 's/a', attempt: 1 });
    calls.last.resolve();
    await clock.pass(0);
    expect((await person.sagas.get('s')).phase).toBe('done');
  });
});

describe('an undo that fails for good', () => {
  it('waits for a person, is never silent, and is forced with a trail', async () => {
    const calls = new Calls();
    const steps = [calls.step('a', { retry: { attempts: 5, first: 1, factor: 1 } }), calls.step('b', quick)];
    const { clock, person, begin } = await sagaPlace({ steps });
    await begin();
    calls.last.resolve();
    await clock.pass(0);
    await person.sagas.compensate('s', { actor: 'ann', reason: 'fraud' });
    calls.last.resolve();
    await clock.pass(0);
    calls.last.resolve();
    await clock.pass(0);
    for (let attempt = 1; attempt <= 5; attempt++) {
      expect(calls.last).toMatchObject({ key: 's/a/undo', attempt });
      expect(await stuck(person)).toEqual([]);
      calls.last.reject(new Error('the bank is closed'));
      await clock.pass(1_100);
    }
    expect(calls.keys).toEqual(['a', 'b', 'b/undo', ...Array(5).fill('a/undo')]);
    const waiting = await person.sagas.get('s');
    expect(waiting).toMatchObject({ phase: 'failed', session: { status: 'parked', phase: 'failed' } });
    expect(waiting.saga).toMatchObject({
      error: 'it was compensated on request',
      problem: 'a cannot be undone: the bank is closed',
    });
    expect(await stuck(person)).toEqual(['s']);
    await clock.pass(100_000);
    expect(calls.made.length).toBe(8);

    await person.sagas.force('s', 'compensated', { actor: 'bob', reason: 'refunded by hand' });
    await clock.pass(1_000);
    expect(await person.wait('s')).toMatchObject({ outcome: 'rejected', rejection: { code: 'SAGA_COMPENSATED' } });
    expect(await stuck(person)).toEqual([]);
    expect(calls.made.length).toBe(8);
    const { log } = await person.sagas.get('s');
    const words = log.filter(({ actor }) => actor !== undefined);
    expect(words.map(({ event, actor, reason }) => [event.event, actor, reason])).toEqual([
      ['compensate', 'ann', 'fraud'],
      ['force', 'bob', 'refunded by hand'],
    ]);
    for (const { position, actor, time } of words) {
      const record = await person.find(position);
      expect(record).toMatchObject({ position, actor, time, type: 'txlog.session' });
    }
    const positions = log.map(({ position }) => position);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(log.filter(({ event }) => event.event === 'failed').length).toBe(5);
  });

  it('is tried again by a person under the same key, as it may have happened', async () => {
    const calls = new Calls();
    const { clock, person, begin } = await sagaPlace({ steps: [calls.step('a', { retry: { attempts: 1 } })] });
    await begin();
    await person.sagas.compensate('s');
    calls.last.resolve();
    await clock.pass(0);
    calls.last.reject(new Error('no answer'));
    await clock.pass(0);
    await person.sagas.retry('s', { reason: 'the line is up' });
    await clock.pass(0);
    expect(calls.last).toMatchObject({ key: 's/a/undo', attempt: 1 });
    calls.last.resolve();
    await clock.pass(0);
    expect((await person.sagas.get('s')).phase).toBe('compensated');
  });

  it('is skipped by a person, and what is left is undone', async () => {
    const calls = new Calls();
    const once = { retry: { attempts: 1 } };
    const { clock, person, begin } = await sagaPlace({ steps: [calls.step('a'), calls.step('b', once)] });
    await begin();
    calls.last.resolve();
    await clock.pass(0);
    await person.sagas.compensate('s');
    calls.last.resolve();
    await clock.pass(0);
    calls.last.reject(new Error('no'));
    await clock.pass(0);
    expect(await stuck(person)).toEqual(['s']);
    await person.sagas.skip('s');
    await clock.pass(0);
    expect(calls.keys).toEqual(['a', 'b', 'b/undo', 'a/undo']);
    calls.last.resolve();
    await clock.pass(0);
    expect((await person.sagas.get('s')).phase).toBe('compensated');
  });
});

it('a saga that was suspended with its mirror is told nothing before it is resumed', async () => {
  const calls = new Calls();
  const { person } = await sagaPlace({ steps: [calls.step('a')] });
  await person.sagas.start('t', null, { id: 's' });
  await person.sessions.park('s', `${suspendedPrefix}unit-1`);
  const told = [
    () => person.sagas.retry('s'),
    () => person.sagas.compensate('s'),
    () => person.sagas.force('s', 'done'),
  ];
  for (const tell of told)
    await expect(tell()).rejects.toMatchObject({ code: 'SAGA_STATE', details: { next: ['txlog session resume s'] } });
});

describe('a saga that has ended', () => {
  it('is not undone by undoing its last record, which changed no key: that is refused', async () => {
    const calls = new Calls();
    const { clock, person, begin } = await sagaPlace({ steps: [calls.step('a')] });
    await begin();
    calls.last.resolve();
    await clock.pass(0);
    const { position } = await person.transaction('s');
    for (const name of ['s', position]) {
      const { outcome, rejection } = await person.compensate(name);
      expect({ outcome, rejection }).toMatchObject({ outcome: 'rejected', rejection: { code: 'NOT_COMPENSABLE' } });
    }
  });

  it('is undone by another one, once', async () => {
    const calls = new Calls();
    const { clock, person, begin } = await sagaPlace({ steps: [calls.step('a'), calls.step('b')] });
    await begin('s', { x: 1 });
    for (let i = 0; i < 2; i++) {
      calls.last.resolve(i);
      await clock.pass(0);
    }
    const first = await person.sagas.compensate('s', { actor: 'ann', reason: 'returned' });
    expect(first).toMatchObject({ ok: true, session: 's/undo', duplicate: false });
    expect(await person.sagas.compensate('s')).toMatchObject({ session: 's/undo', duplicate: true });
    await clock.pass(0);
    calls.last.resolve();
    await clock.pass(0);
    calls.last.resolve();
    await clock.pass(0);
    expect(calls.keys).toEqual(['a', 'b', 'undo/b/undo', 'undo/a/undo']);
    expect((await person.sagas.get('s/undo')).phase).toBe('compensated');
    expect((await person.sagas.get('s')).phase).toBe('done');
  });

  it('is not undone when it was compensated, also by force', async () => {
    const calls = new Calls();
    const { clock, person, begin } = await sagaPlace({ steps: [calls.step('a')] });
    await begin();
    await person.sagas.force('s', 'compensated');
    calls.last.resolve();
    await clock.pass(0);
    await expect(person.sagas.compensate('s')).rejects.toMatchObject({ code: 'SAGA_STATE' });
  });
});

describe('an operation on the session of a saga', () => {
  const by = { session: 's', force: true } as const;
  const note: Operation = { op: 'new', session: 'note', theme: 'notes', chunk: { data: 1 } };
  const throughPipeline = (person: Environment, operation: Operation) => person.operate([operation]);
  it.each<[string, (person: Environment) => Promise<unknown>]>([
    ['remove', (person) => person.sessions.remove('s', { force: true, reason: 'old' })],
    ['replace', (person) => person.sessions.replace('s', 'nothing', { force: true })],
    ['append', (person) => person.sessions.append('s', { event: 'force', outcome: 'done' }, { force: true })],
    ['ready with a phase', (person) => person.sessions.ready('s', { force: true, phase: 'failed' })],
    ['remove, as an operation', (person) => throughPipeline(person, { op: 'remove', ...by })],
    ['append, as an operation', (person) => throughPipeline(person, { op: 'append', ...by, chunk: { data: 1 } })],
    ['remove, with the mark of the engine', (person) => throughPipeline(person, { op: 'remove', ...by, ofSaga: true })],
    [
      'remove, with the mark in its options',
      (person) => person.sessions.remove('s', { force: true, ofSaga: true } as { force: true }),
    ],
    [
      'remove, together with others',
      (person) =>
        throughPipeline(person, {
          op: 'together',
          operations: [note, { op: 'remove', ...by, ofSaga: true }],
        } as Operation),
    ],
  ])('%s is refused: its history and its end are its own', async (_, operate) => {
    const calls = new Calls();
    const { person, begin } = await sagaPlace({ steps: [calls.step('a')] });
    await begin();
    const before = await person.head();
    await expect(operate(person)).rejects.toMatchObject({
      code: 'SAGA_STATE',
      details: { next: expect.arrayContaining(['txlog saga show s']) },
    });
    expect(await person.head()).toEqual(before);
  });

  it('is refused also in the batch that makes the saga', async () => {
    const calls = new Calls();
    const { person } = await sagaPlace({ steps: [calls.step('a')] });
    const started = person.sagas.start('t', {}, { id: 's' });
    const removed = person.sessions.remove('s', { force: true });
    await expect(removed).rejects.toMatchObject({ code: 'SAGA_STATE' });
    await started;
    expect((await person.sagas.get('s')).phase).toBe('running');
  });
});

describe('an intervention in a saga as it was seen', () => {
  const lead = (env: Environment) => env.sessions.lead({ session: 's' }, 'w-1', 60);
  it.each<[string, (env: Environment) => Promise<unknown>]>([
    ['led', lead],
    ['put off', (env) => env.sessions.store('s', 60, { force: true })],
    ['parked', (env) => env.sessions.park('s', 'wait', { force: true })],
    ['told something else', (env) => env.sagas.force('s', 'done')],
  ])('is refused for one that is %s between the look and the write', async (_, meanwhile) => {
    const { person, persons, env } = await sagaPlace({ steps: [new Calls().step('a')] });
    await person.sagas.start('t', null, { id: 's' });
    const position = (await person.sessions.get('s'))?.position ?? 0;
    persons.beforeWrite = async () => void (await meanwhile(env));
    const { value: said } = await person.sagas.say({ kind: 'compensate' }, [{ id: 's', position }]).next();
    expect(said).toMatchObject({ id: 's', error: { code: 'SESSION_CHANGED' } });
    expect(await story(person)).not.toContain('compensate');
  });
});
