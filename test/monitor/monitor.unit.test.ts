// Goal: the overview tells what needs a person, worst first, with the command that mends it; it agrees with `stuck` and
// `queues`; the chain of what waits is whole; the feed tells of each change once. Method: environments in memory, and a
// clock that the test turns.
import { expect, it } from 'vitest';
import { defineApp, type Environment, type Overview, openEnvironment, type PlanReading } from '../../src/index.ts';
import { OverviewMemory, readOverview } from '../../src/monitor/overview.ts';
import { throughputSeconds } from '../../src/monitor/throughput.ts';
import { rateOf, toOverviewJson } from '../../src/shapes/overview.ts';
import { toPlanJson } from '../../src/shapes/plan.ts';
import { countStuck } from '../../src/shapes/session-counts.ts';
import { toStatus, toStatusJson } from '../../src/shapes/status.ts';

async function inMemory(work: (env: Environment) => Promise<void>, app = defineApp({})): Promise<void> {
  const env = await openEnvironment(':memory:', { create: true, app });
  try {
    await work(env);
  } finally {
    await env.close();
  }
}

it('the overview has nothing that needs a person where nothing is stuck', () =>
  inMemory(async (env) => {
    const { needs, stuck, queues, sagas, origins, head, throughput } = await env.monitor.overview();
    expect({ needs, stuck, queues, sagas, origins }).toEqual({
      ...{ needs: [], stuck: [], queues: [], sagas: undefined, origins: [] },
    });
    expect(head.position).toBe(0);
    expect(throughput).toEqual(Array.from({ length: throughputSeconds }, () => 0));
  }));

it('the overview names each parked session, and a theme where there are many; paused queues come last', () =>
  inMemory(async (env) => {
    for (let i = 0; i < 9; i++) await env.sessions.create(i < 4 ? 'many' : 'few', i, { id: `s-${i}` });
    for (let i = 0; i < 6; i++) await env.sessions.park(`s-${i}`, `reason ${i}`);
    await env.sessions.changeTheme('few', { paused: true });
    const { needs, stuck, queues } = await env.monitor.overview();
    expect(stuck.length).toBe(6);
    expect(queues.map(({ name, counts }) => [name, counts.parked])).toEqual([
      ['few', 2],
      ['many', 4],
    ]);
    expect(needs.map(({ level, about, text, next }) => ({ level, name: about.name, text, next }))).toEqual(
      expect.arrayContaining([
        { level: 'bad', name: 'many', text: '4 sessions parked', next: 'txlog session stuck --theme many' },
        { level: 'bad', name: 's-4', text: 'parked: reason 4', next: 'txlog session unpark s-4' },
        { level: 'bad', name: 's-5', text: 'parked: reason 5', next: 'txlog session unpark s-5' },
      ]),
    );
    expect(needs.at(-1)).toMatchObject({ level: 'warn', about: { name: 'few' }, next: 'txlog queue resume few' });
  }));

it('the overview tells all that status tells, to the last field', () =>
  inMemory(async (env) => {
    for (let i = 0; i < 4; i++) await env.sessions.create('mail', i, { id: `s-${i}` });
    await env.sessions.park('s-1', 'address unknown');
    await env.submit({ type: 'a', changes: [{ op: 'add', key: 'n', value: 1 }] });
    const overview = await env.monitor.overview();
    const status = toStatusJson(
      toStatus(overview, await env.monitor.types()),
      countStuck(overview.stuck),
      overview.sagas,
    );
    expect(status).toEqual(toStatusJson(await env.status(), countStuck(await env.sessions.stuck())));
    expect(toOverviewJson(overview)).toMatchObject({ head: { position: '6' }, unit: status.unit, committed: 6 });
  }));

it('the overview counts the records of each second of the last minute, whoever wrote them', () =>
  inMemory(async (env) => {
    for (let i = 0; i < 30; i++) await env.submit({ type: 'a', changes: [{ op: 'add', key: 'n', value: 1 }] });
    const later = { ...env.clock, now: () => env.clock.now() + 1_500 };
    const { Throughput } = await import('../../src/monitor/throughput.ts');
    const told = await env.read(({ snapshot }) => new Throughput().read(snapshot, later.now()));
    expect(told.reduce((sum, one) => sum + one, 0)).toBe(30);
    expect(rateOf({ throughput: told })).toBe(3);
  }));

it('the sessions that wait for one are found along its order key, up to a limit that is told', () =>
  inMemory(async (env) => {
    for (const id of ['a', 'b', 'c']) await env.sessions.create('mail', null, { id, order: 'ann' });
    await env.sessions.create('mail', null, { id: 'other', order: 'bob' });
    expect((await env.monitor.waiting('a')).waiters.map(({ id, why, depth }) => [id, why, depth])).toEqual([
      ['b', 'order', 1],
      ['c', 'order', 1],
    ]);
    expect(await env.monitor.waiting('a', { limit: 1 })).toMatchObject({ waiters: [{ id: 'b' }], more: true });
    expect(await env.monitor.waiting('b')).toEqual({ waiters: [], more: false });
    expect(await env.monitor.waiting('nobody')).toEqual({ waiters: [], more: false });
  }));

it.each(['waiting', 'messages'] as const)('what %s reads ends once it is aborted', (read) =>
  inMemory(async (env) => {
    await env.sessions.create('mail', null, { id: 'a' });
    await expect(env.monitor[read]('a', { signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
  }),
);

it('a saga waits for the session that carries its question, and what waits for the saga waits too', () => {
  const ask = { ask: () => ({ to: 'payments', data: null, respond: 'answers' }) };
  const app = defineApp({ sagas: { order: { steps: [{ name: 'pay', do: ask }] } } });
  return inMemory(async (env) => {
    for (const id of ['o-1', 'o-2']) await env.sagas.start('order', null, { id, order: 'ann' });
    const worker = env.work({ themes: ['saga/order'], untilEmpty: true });
    await worker.done;
    const found = await env.monitor.waiting('o-1/pay');
    expect(found.waiters).toMatchObject([
      { id: 'o-1', why: 'saga', waitsFor: 'o-1/pay', depth: 1 },
      { id: 'o-2', why: 'order', waitsFor: 'o-1', depth: 2 },
    ]);
  }, app);
});

it('the messages of a saga that are on their way, or wait for an answer, are told', () => {
  const pay = { ask: () => ({ to: 'charges@bank', data: null }) };
  const ship = { ask: () => ({ to: 'parcels', data: null }) };
  const app = defineApp({
    sagas: {
      order: {
        steps: [
          [
            { name: 'pay', do: pay },
            { name: 'ship', do: ship },
          ],
        ],
      },
    },
    name: 'shop',
    services: { bank: { by: 'send' } },
  });
  return inMemory(async (env) => {
    await env.sagas.start('order', null, { id: 'o-1' });
    await env.work({ themes: ['saga/order'], untilEmpty: true }).done;
    const found = await env.monitor.messages('o-1');
    expect(found.map(({ step, side, service, session }) => [step, side, service, session.themeName])).toEqual([
      ['pay', 'do', 'bank', 'to/bank'],
      ['ship', 'do', undefined, 'parcels'],
    ]);
    expect(await env.monitor.messages('nobody')).toEqual([]);
  }, app);
});

it('the monitor looks through the sessions once while nobody writes, and their ages go on', () =>
  inMemory(async (env) => {
    await env.sessions.create('mail', 1, { id: 'm-1' });
    await env.sessions.park('m-1', 'address unknown');
    const time = { ms: 0, looks: 0 };
    const clock = { ...env.clock, elapsed: () => time.ms };
    const status = () => {
      time.looks += 1;
      return env.sync.status();
    };
    const host = Object.assign(Object.create(env), { clock, sync: { status }, now: () => 1_800_000_000_000 + time.ms });
    const memory = new OverviewMemory();
    const ages: number[] = [];
    for (let second = 0; second < 20; second++) {
      time.ms = second * 1_000;
      ages.push((await readOverview(host, memory)).stuck[0]?.age ?? -1);
    }
    expect(ages.map((age) => age - (ages[0] ?? 0))).toEqual(Array.from({ length: 20 }, (_, i) => i * 1_000));
    expect(time.looks).toBe(10);
    await env.sessions.ready('m-1');
    expect((await readOverview(host, memory)).stuck).toEqual([]);
  }));

it('the monitor reads nothing of the log, the queues and the sessions while nobody writes; what comes due by time does', () =>
  inMemory(async (env) => {
    await env.sessions.create('mail', 1, { id: 'm-1', delay: 60 });
    for (let i = 0; i < 300; i++) await env.submit({ type: 'a', changes: [{ op: 'add', key: 'n', value: 1 }] });
    const time = { ms: env.clock.now() };
    const clock = { ...env.clock, elapsed: () => time.ms };
    const host = Object.assign(Object.create(env), { clock, now: () => time.ms });
    const memory = new OverviewMemory();
    time.ms += 7_000;
    const [mail] = (await readOverview(host, memory)).queues;
    const read: string[] = [];
    const quiet = Object.assign(Object.create(host), {
      readSteps: () => Promise.reject(new Error('the sessions are looked through')),
      read: (work: Parameters<Environment['read']>[0]) =>
        env.read((cut, turn) => {
          const get = (table: string, key: Uint8Array) => {
            if (table !== 'meta') read.push(table);
            return cut.snapshot.get(table as 'log', key);
          };
          const snapshot = Object.assign(Object.create(cut.snapshot), { get });
          return work(Object.assign(Object.create(cut), { snapshot }), turn);
        }),
    });
    const quietly = async (ms: number) => {
      time.ms += ms;
      const { queues, throughput, head } = await readOverview(quiet, memory);
      return { queue: queues[0], records: throughput.reduce((sum, one) => sum + one, 0), head: head.position };
    };
    expect(await quietly(1_500)).toMatchObject({ queue: { oldest: undefined }, records: 301, head: 301 });
    expect(read).toEqual([]);
    time.ms = (mail?.nextDue ?? 0) - 1_000;
    await readOverview(host, memory);
    expect(await quietly(1_500)).toMatchObject({ queue: { oldest: { id: 'm-1' }, nextDue: undefined } });
    expect(read).toEqual([]);
  }));

it('the monitor beside a writer looks through the sessions only after a record that may have changed one', () =>
  inMemory(async (env) => {
    await env.sessions.create('mail', 1, { id: 'm-1' });
    await env.sessions.park('m-1', 'address unknown');
    let looks = 0;
    const readSteps = (...args: Parameters<Environment['readSteps']>) => {
      looks += 1;
      return env.readSteps(...args);
    };
    const clock = { ...env.clock, elapsed: () => 0 };
    const host = Object.assign(Object.create(env), { readSteps, clock });
    const memory = new OverviewMemory();
    const looked = async () => {
      const before = looks;
      const { head, stuck, queues } = await readOverview(host, memory);
      return [head.position, stuck.length, queues.length, looks > before];
    };
    expect(await looked()).toEqual([2, 1, 1, true]);
    for (let i = 0; i < 5; i++) await env.submit({ type: 'a', changes: [{ op: 'add', key: 'n', value: 1 }] });
    expect(await looked()).toEqual([7, 1, 1, false]);
    await env.sessions.ready('m-1');
    expect(await looked()).toEqual([8, 0, 1, true]);
    await env.sessions.changeTheme('letters', {});
    expect(await looked()).toEqual([9, 0, 2, true]);
    await env.submit({ type: 'a', changes: [{ op: 'add', key: 'n', value: 1 }] });
    expect(await looked()).toEqual([10, 0, 2, false]);
  }));

it('the overview tells of plans whoever carries them out: how far each is, of how many, and when it moved last', () =>
  inMemory(async (env) => {
    const ids = ['a', 'b', 'c', 'd'];
    for (const id of ids) await env.sessions.create('mail', 1, { id });
    const plan = await env.sessions.plan({ op: 'park', error: 'wrong address' }, ids, {
      actor: 'bob',
    });
    const memory = new OverviewMemory();
    expect((await readOverview(env, memory)).plans).toEqual([]);
    const part = { ...plan, items: plan.items.slice(0, 2) };
    for await (const _ of env.sessions.applyPlan(part, { part: { after: 0, of: 4 } }));
    const far = { id: plan.id, noun: 'session', does: 'park', nth: 2, of: 4, position: 6, target: 'b', actor: 'bob' };
    expect((await readOverview(env, memory)).plans).toMatchObject([{ ...far, reason: 'wrong address' }]);
    for await (const _ of env.sessions.applyPlan(plan));
    // Who looks for the first time sees the same as who watched.
    const { plans, time } = await readOverview(env, memory);
    expect((await env.monitor.overview()).plans).toEqual(plans);
    expect(plans.map((one) => toPlanJson(one, time))).toMatchObject([
      { nth: 4, of: 4, state: 'ended', moved: expect.any(String) },
    ]);
    expect(toPlanJson({ ...(plans[0] as PlanReading), nth: 3 }, time + 60_000)).toMatchObject({ state: 'quiet' });
    await env.sessions.ready('a');
    expect((await readOverview(env, memory)).plans).toEqual(plans);
  }));

it('a follower gets one overview at once, then one for each change, many changes at once in one', () =>
  inMemory(async (env) => {
    const stop = new AbortController();
    const feed = env.monitor.follow({ signal: stop.signal, intervalMs: 1 })[Symbol.asyncIterator]();
    const next = async () => (await feed.next()).value as Overview;
    expect((await next()).head.position).toBe(0);
    for (let i = 0; i < 50; i++) await env.submit({ type: 'a', changes: [{ op: 'add', key: 'n', value: 1 }] });
    let seen = 0;
    let position = 0;
    while (position < 50) {
      ({ position } = (await next()).head);
      seen += 1;
    }
    expect(seen).toBeLessThan(50);
    stop.abort();
    expect((await feed.next()).done).toBe(true);
  }));
