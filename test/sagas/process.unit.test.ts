// Goal: a process manager decides on each record once, in log order, and sleeps in between; what it decides happens, and
// what goes wrong with it blocks nobody else. Method: workers on an environment in memory, in time that the test lets pass.
import { beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/core/app/app.ts';
import type { Decision, ProcessDefinition, ProcessRecord } from '../../src/core/app/process-definition.ts';
import { sessionType } from '../../src/core/log/record.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { settle } from '../sessions/timed-clock.ts';
import { all, Workplace, working } from '../sessions/workplace.ts';

let place: Workplace;

beforeEach(() => {
  place = new Workplace();
});

const id = 'txlog.process/p';

/** Types of requests without changes: their records are events. */
const requests = { event: {}, n: {}, other: {}, count: {} };

/** An app with one process, and the positions that it was asked about. */
function listening(decide: ProcessDefinition['decide'], more: Omit<ProcessDefinition, 'decide'> = {}, app: App = {}) {
  const asked: ProcessRecord[] = [];
  const p: ProcessDefinition = {
    ...more,
    decide(record) {
      asked.push(record);
      return decide(record);
    },
  };
  return { asked, app: { requests, ...app, processes: { p } }, ids: () => asked.map((record) => record.id) };
}

const note = ({ id: of }: ProcessRecord): Decision => ({ do: 'send', to: 'notes', data: of });

async function submit(env: Environment, ...ids: readonly string[]): Promise<void> {
  for (const one of ids) await env.submit({ id: one, type: 'event', payload: { n: one } });
}

/** What a process sent to the queue `notes`, in the order of the log. */
async function notes(env: Environment, process = 'p'): Promise<readonly unknown[]> {
  const sessions = (await all(env)).filter(
    ({ themeName, id: of }) => themeName === 'notes' && of.startsWith(`${process}/`),
  );
  sessions.sort((a, b) => a.created - b.created || a.id.localeCompare(b.id, 'en', { numeric: true }));
  return Promise.all(sessions.map(async (session) => (await env.sessions.data(session.id))[0]));
}

async function cursor(env: Environment): Promise<unknown> {
  return (await env.sessions.data(id)).at(-1);
}

describe('what a process hears', () => {
  it('is each record after its start, from whatever process, as soon as it comes', async () => {
    const { app, ids } = listening(note);
    const client = (await place.open({ requests })).env;
    await submit(client, 'before');
    const { env } = await place.open(app);
    const { worker } = await working(env);
    await settle();
    expect(ids()).toEqual([]);
    // No time passes: nothing polls.
    await submit(client, 'a', 'b');
    await settle();
    expect(ids()).toEqual(['a', 'b']);
    await submit(client, 'c');
    await settle();
    expect(await notes(env)).toEqual(['a', 'b', 'c']);
    expect(await worker.stop()).toMatchObject({ lost: 0, failed: 0 });
  });

  it('is the whole log, when it is to start at the start', async () => {
    const { app, ids } = listening(note, { from: 'start' });
    const { env } = await place.open(app);
    await submit(env, 'a', 'b');
    expect(await env.work({ untilEmpty: true }).done).toMatchObject({ stored: 1 });
    expect(ids()).toEqual(['a', 'b']);
  });

  it('is frozen, with what the record says to users', async () => {
    const { app, asked } = listening(() => undefined, { from: 'start' });
    const { env } = await place.open(app);
    await env.submit({ id: 'a', type: 't', actor: 'eve', payload: { n: 1 }, changes: [{ op: 'claim', key: 'k' }] });
    await env.submit({ id: 'b', type: 't', changes: [{ op: 'claim', key: 'k' }] });
    await env.work({ untilEmpty: true }).done;
    expect(asked).toMatchObject([
      { position: 1, id: 'a', type: 't', outcome: 'committed', actor: 'eve', payload: { n: 1 } },
      { position: 2, id: 'b', outcome: 'rejected', rejection: { code: 'KEY_OWNED', key: 'k' } },
    ]);
    expect(asked[0]?.changes).toEqual([{ op: 'claim', key: 'k' }]);
    expect(Object.isFrozen(asked[0]?.changes[0])).toBe(true);
  });

  it('is never what happens to sessions, nor what it submitted itself', async () => {
    const { app, asked } = listening(({ id: of }) => ({ do: 'submit', request: { type: 'event', payload: of } }), {
      from: 'start',
    });
    const { env } = await place.open(app);
    await submit(env, 'a');
    const { worker } = await working(env);
    await settle();
    const { position } = await env.head();
    await settle();
    expect((await env.head()).position).toBe(position);
    expect(asked.map(({ id: of, type }) => [of, type])).toEqual([['a', 'event']]);
    await worker.stop();
  });

  it('is also what it submitted itself, when it names the type', async () => {
    const { app, ids } = listening(
      ({ id: of, payload }) =>
        payload === 3 ? [] : { do: 'submit', request: { id: `${of}+`, type: 'n', payload: 3 } },
      { from: 'start', on: { types: ['n'] } },
    );
    const { env } = await place.open(app);
    await env.submit({ id: 'a', type: 'n', payload: 2 });
    await env.submit({ id: 'other', type: 'other', payload: 2 });
    await env.work({ untilEmpty: true }).done;
    expect(ids()).toEqual(['a', 'a+']);
  });

  it('fits its filter', async () => {
    const where = ({ payload }: { payload?: unknown }) => (payload as { n: string }).n !== 'b';
    const { app, ids } = listening(note, { from: 'start', on: { types: ['event'], where } });
    const { env } = await place.open(app);
    await submit(env, 'a', 'b', 'c');
    await env.submit({ id: 'other', type: 'other' });
    await env.work({ untilEmpty: true }).done;
    expect(ids()).toEqual(['a', 'c']);
  });
});

describe('what a process writes', () => {
  it('is nothing while there is nothing to hear, and nothing for what others do to sessions', async () => {
    const { app } = listening(note);
    const { env } = await place.open(app);
    const { worker } = await working(env);
    await env.sessions.create('mail', 1, { id: 's' });
    await settle();
    const { position } = await env.head();
    await place.clock.pass(3_600_000);
    expect((await env.head()).position).toBe(position);
    await worker.stop();
    expect(await env.work({ untilEmpty: true }).done).toMatchObject({ turns: 0 });
    expect(await env.work({ once: true }).done).toMatchObject({ turns: 0 });
    expect((await env.head()).position).toBe(position);
  });

  it('is one lead and one record for a record that it decides on, or for many at once', async () => {
    const { app } = listening(note, { from: 'start' });
    const { env } = await place.open(app);
    await submit(env, ...Array.from({ length: 40 }, (_, i) => `r${i}`));
    await env.work({ once: true }).done;
    const after = await env.head();
    // The session that it is, a lead, and all decisions.
    expect(after.position).toBe(43);
    expect(await notes(env)).toHaveLength(40);
    expect(await cursor(env)).toEqual({ v: 1, position: 42 });
  });

  it('is where it stands, behind what it heard and did not decide on', async () => {
    const { app, asked } = listening(() => undefined, { from: 'start' });
    const { env } = await place.open(app);
    await submit(env, 'a', 'b');
    await env.work({ untilEmpty: true }).done;
    await env.work({ untilEmpty: true }).done;
    expect(asked).toHaveLength(2);
    expect(await cursor(env)).toEqual({ v: 1, position: 4 });
  });

  it('is each of many decisions on one record once, though it is interrupted in between', async () => {
    const decisions = Array.from({ length: 200 }, (_, n): Decision => {
      const changes = [{ op: 'add', key: 'n', value: 1 }] as const;
      return n % 5 === 0 ? { do: 'send', to: 'notes', data: n } : { do: 'submit', request: { type: 'count', changes } };
    });
    const { app, asked } = listening(() => decisions, { from: 'start' });
    const { env, storage } = await place.open(app);
    await submit(env, 'a');
    // The session, the lead, and then what is decided, many records at once.
    storage.plan(4, 'fail-before');
    const { worker } = await working(env, { untilEmpty: true });
    await settle();
    expect(await env.sessions.data(id)).toHaveLength(65);
    expect((await env.sessions.data(id)).at(-1)).toMatchObject({ position: 1, done: 64 });
    await place.clock.pass(10_000);
    await worker.done;
    await env.work({ untilEmpty: true }).done;
    expect(asked).toHaveLength(2);
    expect((await env.get('n'))?.value).toBe(160);
    expect(await notes(env)).toHaveLength(40);
    expect(await env.sessions.data(id)).toEqual([{ v: 1, position: expect.any(Number) }]);
    expect(await env.transaction('p/1/2')).toMatchObject({ type: 'count', outcome: 'committed' });
    expect(await env.sessions.get('p/1/1')).toMatchObject({ themeName: 'notes' });
  });

  it('goes along with the answer of a request that it submits, whatever its outcome', async () => {
    const request = { type: 'take', changes: [{ op: 'claim', key: 'k' }], respond: 'answers' } as const;
    const { app } = listening(() => ({ do: 'submit', request }), { from: 'start', on: { types: ['event'] } });
    const { env } = await place.open(app);
    await submit(env, 'a', 'b');
    await env.work({ untilEmpty: true }).done;
    expect(await env.sessions.data('txlog.response/p/1/1')).toMatchObject([{ outcome: 'committed' }]);
    expect(await env.sessions.data('txlog.response/p/2/1')).toMatchObject([{ outcome: 'rejected' }]);
  });
});

describe('rules that are wrong', () => {
  const policy = { attempts: 3, backoff: { first: 1, factor: 1, max: 1 } };

  it('are tried again, then parked, and go on where they were once they are mended', async () => {
    let isMended = false;
    const { app } = listening(
      (record) => {
        if (record.id === 'b' && !isMended) throw new Error('no rule for b');
        return note(record);
      },
      { from: 'start', ...policy },
    );
    const { env } = await place.open({
      ...app,
      processes: { ...app.processes, other: { decide: note, from: 'start' } },
    });
    await submit(env, 'a', 'b', 'c');
    const { worker, of } = await working(env);
    await settle();
    expect([await notes(env), await notes(env, 'other')]).toEqual([['a'], ['a', 'b', 'c']]);
    await place.clock.pass(1_000);
    expect(await env.sessions.stuck()).toMatchObject([{ reason: 'failing', session: { id } }]);
    await place.clock.pass(10_000);
    expect(await env.sessions.stuck()).toMatchObject([
      { reason: 'parked', detail: 'record 2: no rule for b', next: `txlog session unpark ${id}` },
    ]);
    expect(of('ended').filter((event) => 'session' in event && event.session === id)).toHaveLength(3);
    // It blocks only itself.
    await submit(env, 'd');
    await settle();
    expect([await notes(env), await notes(env, 'other')]).toEqual([['a'], ['a', 'b', 'c', 'd']]);
    isMended = true;
    await env.sessions.ready(id);
    await settle();
    expect(await notes(env)).toEqual(['a', 'b', 'c', 'd']);
    await worker.stop();
  });

  it.each<[string, unknown, RegExp]>([
    ['return a promise', 'a promise', /^record 1: decide returned a promise; it is synchronous/],
    ['decide what is no decision', { do: 'dance' }, /^record 1: a decision is/],
    [
      'leave out what is needed',
      { do: 'fail', saga: 's', step: 't' },
      /^record 1: the decision fail needs a text error/,
    ],
    ['start what there is not', { do: 'start', saga: 'no', data: 1 }, /^record 1: the app defines no saga of type no/],
    ['send to no address', { do: 'send', to: '', data: 1 }, /^record 1: to: is empty/],
    ['send what is no JSON', { do: 'send', to: 'q', data: Number.NaN }, /^record 1: /],
    ['submit what is no request', { do: 'submit', request: { typ: 'x' } }, /^record 1: typ: unknown field "typ"/],
    ['submit no request at all', { do: 'submit' }, /^record 1: type: text is needed/],
    ['take an id of the engine', { do: 'send', to: 'q', data: 1, id: 'txlog.x' }, /^record 1: id txlog.x/],
    ['submit under an id that is taken', { do: 'submit', request: { id: 'a', type: 'x' } }, /^record 1: id a was used/],
  ])('are parked, and the record is named, when they %s', async (_, decision, text) => {
    const answer = () => (decision === 'a promise' ? Promise.reject(new Error('late')) : decision) as Decision;
    const { app } = listening(answer, { from: 'start', attempts: 1 });
    const { env } = await place.open(app);
    await submit(env, 'a');
    expect(await env.work({ untilEmpty: true }).done).toMatchObject({ parked: 1, failed: 1 });
    const [stuck] = await env.sessions.stuck();
    expect(stuck?.detail).toMatch(text);
    expect(await cursor(env)).toEqual({ v: 1, position: 0 });
  });

  it('do not keep what was decided before from being done', async () => {
    const { app } = listening(
      ({ id: of }) =>
        of === 'b' ? { do: 'send', to: 'txlog', data: 1, order: '' } : { do: 'send', to: 'notes', data: of },
      { from: 'start', attempts: 1 },
    );
    const { env } = await place.open(app);
    await submit(env, 'a', 'b', 'c');
    await env.work({ untilEmpty: true }).done;
    expect(await notes(env)).toEqual(['a']);
    expect(await cursor(env)).toEqual({ v: 1, position: 1 });
  });

  it('are found out one by one when they are written together', async () => {
    // Two themes of one number: that is known only when it is written.
    const { app } = listening(
      ({ id: of }) => (of === 'b' ? { do: 'start', saga: 's', data: 1 } : { do: 'send', to: 'notes', data: of }),
      { from: 'start', attempts: 1 },
      { sagas: { s: { number: 7, steps: [{ name: 'a', do: { run: () => 1 } }] } } },
    );
    const { env } = await place.open({ ...app, themes: { mine: { number: 7 } } });
    await env.sessions.create('mine', 1);
    await submit(env, 'a', 'b', 'c');
    await env.work({ untilEmpty: true }).done;
    expect(await notes(env)).toEqual(['a']);
    expect((await env.sessions.stuck())[0]?.detail).toMatch(/^record 3: theme saga\/s would get the number 7/);
  });

  it('may throw in their condition: the same holds', async () => {
    const where = ({ id: of }: { readonly id: string }) => {
      if (of === 'b') throw new Error('no such field');
      return true;
    };
    const { app } = listening(note, { on: { where }, attempts: 1 });
    const { env } = await place.open(app);
    const { worker } = await working(env);
    await submit(env, 'a', 'b', 'c');
    await settle();
    expect(await notes(env)).toEqual(['a']);
    expect(await env.sessions.stuck()).toMatchObject([
      { reason: 'parked', detail: expect.stringMatching(/no such field/) },
    ]);
    expect(await worker.stop()).not.toHaveProperty('emergency');
  });

  it('find no cursor in what somebody put in its place, and decide on nothing', async () => {
    const { app, asked } = listening(note, { from: 'start', attempts: 1 });
    const { env } = await place.open(app);
    await env.work({ untilEmpty: true }).done;
    await env.sessions.replace(id, 'tomorrow');
    await submit(env, 'a');
    await env.work({ untilEmpty: true }).done;
    expect(asked).toEqual([]);
    expect(await env.sessions.stuck()).toMatchObject([{ detail: expect.stringMatching(/holds no cursor/) }]);
    await env.sessions.replace(id, { position: 0 });
    await env.sessions.ready(id);
    await env.work({ untilEmpty: true }).done;
    expect(await notes(env)).toEqual(['a']);
  });
});

describe('workers of a process', () => {
  it('lead it one at a time, and decide on each record once', async () => {
    const { app } = listening(({ position }) => ({
      do: 'submit',
      request: { type: 'count', changes: [{ op: 'add', key: `seen/${position}`, value: 1 }] },
    }));
    const envs = await Promise.all([1, 2, 3].map(async () => (await place.open(app)).env));
    const workers = await Promise.all(envs.map((env) => working(env)));
    const client = (await place.open({ requests })).env;
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 30 }, (_, i) => submit(client, `r${round}-${i}`)));
      if (round % 3 === 0) await settle();
    }
    await settle();
    const events = await client.read(({ head }) => head.position);
    let seen = 0;
    for await (const page of client.pages({ types: ['event'], to: events }))
      for (const { position } of page) {
        seen += 1;
        expect(await client.get(`seen/${position}`)).toMatchObject({ value: 1, applied: 1 });
      }
    expect(seen).toBe(300);
    const reports = await Promise.all(workers.map(({ worker }) => worker.stop()));
    expect(reports.reduce((sum, { lost, failed }) => sum + lost + failed, 0)).toBe(0);
  });

  it('leave it alone while its theme is paused, and when it is removed', async () => {
    const { app, asked } = listening(note);
    const { env } = await place.open(app);
    const { worker } = await working(env);
    await settle();
    await env.sessions.changeTheme('process/p', { paused: true });
    await submit(env, 'a');
    await settle();
    expect(asked).toEqual([]);
    await env.sessions.changeTheme('process/p', { paused: false });
    await settle();
    expect(asked).toHaveLength(1);
    await env.sessions.remove(id);
    await submit(env, 'b');
    await settle();
    expect(asked).toHaveLength(1);
    await worker.stop();
  });

  it('leave their places to others while it sleeps, and share them while it does not', async () => {
    const turns: string[] = [];
    const advisor = ({ session }: { readonly session: string }) => {
      turns.push(session);
      return { op: 'remove' } as const;
    };
    const decide = (): Decision[] =>
      Array.from({ length: 100 }, () => ({ do: 'submit', request: { type: 'count', changes: [] } }));
    const { app, asked } = listening(decide, { on: { types: ['event'] } }, { themes: { mail: { advisor } } });
    const { env } = await place.open(app);
    const { worker, of } = await working(env, { concurrency: 1 });
    const requests = Array.from({ length: 20 }, (_, i) => env.check({ id: `r${i}`, type: 'event' }));
    await Promise.all([env.submitChecked(requests), env.sessions.create('mail', 1, { id: 's' })]);
    await settle();
    await worker.stop();
    await env.work({ untilEmpty: true }).done;
    const led = of('led').map((event) => 'session' in event && event.session);
    expect(led.indexOf('s')).toBeLessThan(led.lastIndexOf(id));
    expect(new Set(asked.map(({ id: of }) => of)).size).toBe(20);
  });

  it('write only about users, sagas, and their own session', async () => {
    const { app } = listening(note, { from: 'start' });
    const { env } = await place.open(app);
    await submit(env, 'a');
    await env.work({ untilEmpty: true }).done;
    const types: string[] = [];
    for await (const page of env.pages({})) types.push(...page.map(({ type }) => type));
    expect(types).toEqual(['event', sessionType, sessionType, sessionType]);
  });
});
