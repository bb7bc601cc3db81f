// Goal: an answer changes a saga once, when it is waited for; late, twice, of an earlier round, or for nobody, it changes
// nothing and is gone. Method: the callee is a test, that answers when and how it likes.
import { describe, expect, it } from 'vitest';
import type { SagaStep } from '../../src/core/app/saga-definition.ts';
import type { JsonValue } from '../../src/core/base/json.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { all, working } from '../sessions/workplace.ts';
import { Calls, sagaPlace, story, stuck } from './saga-place.ts';

function asks(name: string, policy: object = {}): SagaStep {
  const ask = ({ step }: { step: string }) => ({ to: 'questions', data: step });
  return { name, do: { ask, ...policy }, compensate: { ask, ...policy } };
}

/** The questions that wait, as their callee gets them. */
async function questions(env: Environment): Promise<readonly { id: string; key: string; respond: string }[]> {
  const found: { id: string; key: string; respond: string }[] = [];
  for await (const { id } of env.sessions.list({ theme: 'questions' })) {
    const data = await env.sessions.data(id);
    found.push({ id, ...(data[0] as unknown as { key: string; respond: string }) });
  }
  return found;
}

async function place(...steps: (SagaStep | readonly SagaStep[])[]) {
  const made = await sagaPlace({ steps }, { other: { steps: [asks('a')] } });
  const answer = async (data: JsonValue, id?: string) => {
    await made.person.sessions.create('answers', data, id === undefined ? {} : { id });
    await made.clock.pass(0);
  };
  const left = async () => (await all(made.person)).filter(({ themeName }) => themeName === 'answers');
  return { ...made, answer, left };
}

describe('an answer', () => {
  it('is the result of its step, and the next one is asked', async () => {
    const { person, begin, answer, left } = await place(asks('a'), asks('b'));
    await begin();
    expect(await questions(person)).toMatchObject([{ id: 's/a', key: 's/a', respond: 'answers' }]);
    await answer({ key: 's/a', ok: true, result: 7 });
    expect((await person.sagas.get('s')).saga.steps.get('a')?.do).toMatchObject({ status: 'done', result: 7 });
    expect((await questions(person)).map(({ key }) => key)).toEqual(['s/a', 's/b']);
    await answer({ id: 's/b', outcome: 'committed', position: '12' });
    expect(await person.wait('s')).toMatchObject({ outcome: 'committed' });
    expect(await left()).toEqual([]);
  });

  it('that comes twice, for nobody, or to a saga that has ended, changes nothing and is gone', async () => {
    const { person, begin, answer, left } = await place(asks('a'), asks('b'));
    await begin();
    await answer({ key: 's/a', ok: true, result: 1 });
    const before = await story(person);
    await answer({ key: 's/a', ok: true, result: 2 });
    await answer({ key: 's/a', ok: false, error: 'after all' });
    for (const key of ['s/x', 'x/a', 's/b/undo']) await answer({ key, ok: true });
    expect(await story(person)).toEqual(before);
    await answer({ key: 's/b', ok: true });
    await answer({ key: 's/b', ok: false, error: 'too late' });
    expect((await person.sagas.get('s')).phase).toBe('done');
    expect(await left()).toEqual([]);
  });

  it('to a step that did not begin is not waited for', async () => {
    const { person, begin, answer } = await place(asks('a'), asks('b'));
    await begin();
    await answer({ key: 's/b', ok: true });
    await answer({ key: 's/b', ok: false, error: 'no' });
    expect(await story(person)).toEqual(['started', 'planned', 'began a']);
  });

  it('that refuses turns the saga back; what is refused is not undone', async () => {
    const { person, begin, answer } = await place(asks('a'), asks('b'));
    await begin();
    await answer({ key: 's/a', ok: true });
    await answer({ id: 's/b', outcome: 'rejected', rejection: { code: 'FULL', reason: 'no room' } });
    const { saga } = await person.sagas.get('s');
    expect(saga).toMatchObject({ phase: 'compensating', error: 'b: FULL: no room' });
    expect((await questions(person)).map(({ key }) => key)).toEqual(['s/a', 's/b', 's/a/undo']);
  });

  it('that comes late tells that it happened, and is undone once', async () => {
    const { person, clock, begin, answer } = await place(asks('a'), asks('b', { timeout: 5 }));
    await begin();
    await answer({ key: 's/a', ok: true });
    await clock.pass(6_000);
    expect((await person.sagas.get('s')).phase).toBe('compensating');
    await answer({ key: 's/b', ok: true, result: 9 });
    expect((await person.sagas.get('s')).saga.steps.get('b')?.do).toMatchObject({ status: 'done', result: 9 });
    await answer({ key: 's/b/undo', ok: true });
    await answer({ key: 's/a/undo', ok: true });
    expect((await person.sagas.get('s')).phase).toBe('compensated');
  });

  it('that is no valid answer is parked, and its reason says so', async () => {
    const { begin, answer, left } = await place(asks('a'));
    await begin();
    await answer({ hello: 'there' });
    expect(await left()).toMatchObject([{ status: 'parked', error: 'it is no answer to a step of a saga' }]);
  });

  it('to an undo that was given up mends it', async () => {
    const { person, clock, begin, answer } = await place(asks('a', { timeout: 5 }));
    await begin();
    await person.sagas.compensate('s');
    await clock.pass(6_000);
    expect(await stuck(person)).toEqual(['s']);
    await answer({ key: 's/a/undo', ok: true });
    expect((await person.sagas.get('s')).phase).toBe('compensated');
    expect(await stuck(person)).toEqual([]);
  });

  it('of an earlier round does not end the present one', async () => {
    const { person, clock, begin, answer } = await place(asks('a'));
    await begin();
    await person.sagas.compensate('s');
    await clock.pass(0);
    await answer({ key: 's/a/undo', ok: false, error: 'closed' });
    expect(await stuck(person)).toEqual(['s']);
    await person.sagas.retry('s');
    await clock.pass(0);
    expect((await questions(person)).map(({ key }) => key)).toContain('s/a~1/undo');
    await answer({ key: 's/a/undo', ok: false, error: 'closed' });
    expect((await person.sagas.get('s')).phase).toBe('compensating');
    await answer({ key: 's/a~1/undo', ok: true });
    expect((await person.sagas.get('s')).phase).toBe('compensated');
  });
});

describe('an answer that a worker cannot add', () => {
  it('is set aside, and the worker goes on', async () => {
    const { place: at, person, begin, answer, left } = await place(asks('a'));
    const { worker: first } = await begin();
    await first.stop();
    // Its app knows sagas, and not this one.
    const { env } = await at.open({ sagas: { other: { steps: [asks('a')] } }, themes: { mail: {} } });
    const { worker, of } = await working(env);
    await answer({ key: 's/a', ok: true });
    expect(await left()).toMatchObject([{ status: 'stored', error: 'the app defines no saga of type t' }]);
    expect(of('error')).toEqual([]);
    await person.sagas.start('other', null, { id: 'o' });
    await at.clock.pass(0);
    expect((await questions(person)).map(({ key }) => key)).toContain('o/a');
    expect((await worker.stop()).emergency).toBeUndefined();
  });
});

describe('a question', () => {
  it('that is asked again is another message with the same key', async () => {
    const again = { timeout: 5, retry: { attempts: 2, first: 1, factor: 1 } };
    const { person, clock, begin } = await place(asks('a', again));
    await begin();
    await clock.pass(7_000);
    expect(await questions(person)).toMatchObject([
      { id: 's/a', key: 's/a' },
      { id: 's/a#2', key: 's/a' },
    ]);
  });

  it('is asked again when a person says so', async () => {
    const again = { timeout: 5, retry: { attempts: 2, first: 1_000, max: 1_000 } };
    const { person, clock, begin } = await place(asks('a', again));
    await begin();
    await clock.pass(6_000);
    await person.sagas.retry('s');
    await clock.pass(0);
    expect((await questions(person)).map(({ id }) => id)).toEqual(['s/a', 's/a#2']);
  });

  it('goes to its queue beside others of its group, in order', async () => {
    const ask = (to: string) => ({ to, data: null, order: 'one' });
    const steps = ['b', 'a', 'c'].map((name): SagaStep => ({ name, do: { ask: ask('questions') } }));
    const { person, begin } = await place(steps);
    await begin();
    for (const id of ['s/a', 's/b', 's/c']) {
      const waiting = (await all(person)).filter(({ themeName }) => themeName === 'questions');
      expect(waiting.filter(({ status }) => status === 'ready')).toMatchObject([{ id }]);
      await person.sessions.remove(id);
    }
    expect((await all(person)).map(({ id }) => id)).toEqual(['s']);
  });

  it('that cannot be made fails its step for good', async () => {
    const ask = () => {
      throw new Error('no address');
    };
    const { person, begin } = await place({ name: 'a', do: { ask } });
    await begin();
    expect(await person.wait('s')).toMatchObject({ outcome: 'rejected', rejection: { reason: 'a: no address' } });
  });
});

describe('an answer and the end of its saga', () => {
  it('that come at the same time leave no answer behind', async () => {
    const { person, persons, storage, clock, begin, answer, left } = await place(asks('a'), asks('b'));
    const { worker } = await begin();
    // The saga ends between what its answer's turn read, and what that writes.
    let isEnded = false;
    storage.beforeWrite = undefined;
    const arm = () => {
      storage.beforeWrite = async () => {
        const reading = await person.sagas.get('s');
        const answers = await left();
        if (!isEnded && reading.session && answers.some(({ status }) => status === 'active')) {
          isEnded = true;
          await person.operate([{ op: 'remove', ofSaga: true, session: 's', force: true }]);
        } else if (!isEnded) arm();
      };
    };
    arm();
    await answer({ key: 's/a', ok: true });
    await clock.pass(10_000);
    expect(isEnded).toBe(true);
    expect(await left()).toEqual([]);
    expect(persons.dead).toBe(false);
    void worker.kill();
    await clock.pass(0);
  });
});

describe('a saga that is a step of another one', () => {
  it('is started once, however often it is asked for, and answers', async () => {
    const calls = new Calls();
    const policy = { timeout: 5, retry: { attempts: 3, first: 1, factor: 1 } };
    const steps: SagaStep[] = [{ name: 'a', do: { saga: 'child', data: { x: 1 }, ...policy } }];
    const { person, clock, begin } = await sagaPlace(
      { steps },
      { child: { steps: [calls.step('c', { timeout: 90 })] } },
    );
    await begin();
    await clock.pass(8_000);
    expect(calls.keys).toEqual(['a/c']);
    calls.last.resolve(5);
    await clock.pass(0);
    expect((await person.sagas.get('s')).phase).toBe('done');
    expect((await person.sagas.get('s/a')).phase).toBe('done');
    expect((await all(person)).length).toBe(0);
  });

  it('turns the other one back when it is compensated', async () => {
    const calls = new Calls();
    const steps: SagaStep[] = [calls.step('first'), { name: 'a', do: { saga: 'child' } }];
    const { person, clock, begin } = await sagaPlace({ steps }, { child: { steps: [calls.step('c')] } });
    await begin();
    calls.last.resolve();
    await clock.pass(0);
    await person.sagas.compensate('s/a', { reason: 'no' });
    calls.last.resolve();
    await clock.pass(0);
    expect(calls.keys).toEqual(['first', 'a/c', 'a/c/undo']);
    calls.last.resolve();
    await clock.pass(0);
    expect(calls.last.key).toBe('s/first/undo');
    calls.last.resolve();
    await clock.pass(0);
    expect((await person.sagas.get('s')).phase).toBe('compensated');
  });
});

describe('a worker of another app', () => {
  it('leaves the answers to those who know their sagas', async () => {
    const { place: at, person, begin, answer, clock } = await place(asks('a'));
    const { worker } = await begin();
    void worker.kill();
    await clock.pass(0);
    const { env: other } = await at.open({ themes: { x: { advisor: () => ({ op: 'remove' }) } } });
    await working(other);
    await answer({ key: 's/a', ok: true });
    expect((await person.sagas.get('s')).saga.steps.get('a')?.do.status).toBe('begun');
  });
});
