// Goal: what is done from the screen is done to those that stand as they did when they were looked at, to each of them,
// also between the look and the write; whatever ends it is told, beside all that was done before. Method: an environment in
// memory whose writes fail on demand, and a second handle that comes first.
import { beforeEach, expect, it } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { MemoryFiles, openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { perform, rehearse } from '../../src/tui/actions/perform-action.ts';
import type { Action, Verb } from '../../src/tui/model/action.ts';
import { FaultyStorage } from '../sim/faulty-storage.ts';
import { openOn, SteeredClock } from '../sim/open-env.ts';

const given = { reason: 'the line is back', actor: 'ana', span: '10m' };
const fail = () => {
  throw new Error('no carrier');
};
const app = {
  sagas: {
    order: {
      steps: [
        { name: 'pay', do: { run: () => null } },
        { name: 'ship', do: { run: fail } },
      ],
    },
  },
};

let storage: FaultyStorage;
let env: Environment;
let other: Environment;

beforeEach(async () => {
  const files = new MemoryFiles();
  const world = { time: 1_700_000_000_000 };
  storage = new FaultyStorage(openMemoryStorage(files));
  env = await openOn(storage, { app, clock: new SteeredClock(world) });
  other = await openOn(openMemoryStorage(files), { app, clock: new SteeredClock(world) });
});

const parked = async (count: number) => {
  const ids = Array.from({ length: count }, (_, i) => `s-${String(i).padStart(2, '0')}`);
  for (const id of ids) {
    await env.sessions.create('mail', 1, { id });
    await env.sessions.park(id, 'address unknown');
  }
  return ids;
};
const planned = async (verb: Verb, ids: readonly string[]) => {
  const action: Action = { verb, ids };
  return { action, plan: await rehearse(env, action, given) };
};
const refusedOf = async (done: ReturnType<typeof perform>) =>
  (await done).items.flatMap(({ id, refused }) => (refused === undefined ? [] : [`${id}: ${refused}`]));

it('an action leaves sessions that went on since its plan, also those beyond the sample that is shown', async () => {
  const ids = await parked(limits.screenSampleMax + 5);
  const plan = await planned('remove', ids);
  await other.sessions.ready('s-03');
  await other.sessions.ready('s-24');
  expect(await refusedOf(perform(env, plan, given))).toEqual([
    's-03: it went on since it was looked at',
    's-24: it went on since it was looked at',
  ]);
  expect((await env.sessions.get('s-24'))?.status).toBe('ready');
  expect(await env.sessions.get('s-23')).toBeUndefined();
});

it('a plan looks at no more sessions once nobody waits for it', async () => {
  const ids = await parked(10);
  const stop = new AbortController();
  let looks = 0;
  const get = (id: string) => {
    looks += 1;
    if (looks === 3) stop.abort();
    return env.sessions.get(id);
  };
  const watched = Object.assign(Object.create(env), { sessions: Object.assign(Object.create(env.sessions), { get }) });
  const trying = rehearse(watched, { verb: 'remove', ids }, { ...given, signal: stop.signal });
  await expect(trying).rejects.toMatchObject({ name: 'AbortError' });
  expect(looks).toBe(3);
});

it('an action on a session that its plan did not look at is refused', async () => {
  const [first = '', second = ''] = await parked(2);
  const { plan } = await planned('remove', [first]);
  const action: Action = { verb: 'remove', ids: [first, second] };
  expect(await refusedOf(perform(env, { action, plan }, given))).toEqual(['s-01: it was not looked at before']);
});

it('an action on all sessions of an order key is done to each: what it moves along itself did not go on', async () => {
  for (const id of ['a', 'b', 'c']) await env.sessions.create('mail', 1, { id, order: 'k' });
  const plan = await planned('remove', ['a', 'b', 'c']);
  expect(plan.plan.map(({ refused }) => refused)).toEqual([undefined, undefined, undefined]);
  expect(await refusedOf(perform(env, plan, given))).toEqual([]);
});

it.each<[string, () => Promise<unknown>]>([
  ['given data', () => other.sessions.append('b', { note: 'not this one' })],
  ['parked, and brought back', async () => [await other.sessions.park('b', 'wait'), await other.sessions.ready('b')]],
])(
  'an action leaves a session of an order key that was %s meanwhile, though its removals move it along',
  async (_, meanwhile) => {
    for (const id of ['a', 'b', 'c']) await env.sessions.create('mail', 1, { id, order: 'k' });
    const plan = await planned('remove', ['a', 'b', 'c']);
    await meanwhile();
    expect(await refusedOf(perform(env, plan, given))).toEqual(['b: it went on since it was looked at']);
    expect(await env.sessions.get('b')).toBeDefined();
  },
);

it.each<[Verb, (id: string) => Promise<unknown>]>([
  ['remove', (id) => other.sessions.ready(id)],
  ['unpark', (id) => other.sessions.ready(id)],
  ['unpark', (id) => other.sessions.append(id, 2)],
])('%s of a session that goes on between look and write is refused', async (verb, meanwhile) => {
  const [id = ''] = await parked(1);
  const plan = await planned(verb, [id]);
  storage.beforeWrite = async () => void (await meanwhile(id));
  expect(await refusedOf(perform(env, plan, given))).toEqual(['s-00: it went on since it was looked at']);
  expect(await env.sessions.get(id)).toBeDefined();
});

it('a session is taken over from the operator that was seen to lead it, and from none that came later', async () => {
  await env.sessions.create('mail', 1, { id: 's' });
  await env.sessions.lead({ session: 's' }, 'dead', 60);
  const plan = await planned('take over', ['s']);
  storage.beforeWrite = async () => {
    await other.sessions.ready('s', { epoch: 1 });
    await other.sessions.lead({ session: 's' }, 'alive', 60);
  };
  expect(await refusedOf(perform(env, plan, given))).toEqual(['s: it went on since it was looked at']);
  expect(await env.sessions.get('s')).toMatchObject({ status: 'active', operator: 'alive', epoch: 2 });
});

it('an intervention is refused by a saga that has gone on since its plan', async () => {
  await env.sagas.start('order', {}, { id: 'o-1' });
  const plan = await planned('force done', ['o-1']);
  storage.beforeWrite = async () => void (await other.sagas.compensate('o-1'));
  expect(await refusedOf(perform(env, plan, given))).toEqual(['o-1: it went on since it was looked at']);
});

it('an action ends at an error that is no refusal, and tells of it beside what was done', async () => {
  const ids = await parked(100);
  const plan = await planned('remove', ids);
  // The first part is done; the first write of the second one fails.
  const onProgress = () => storage.writes > 0 && storage.plan(1, 'fail-before');
  const { items, failed } = await perform(env, { ...plan, onProgress }, given);
  expect(failed).toMatchObject({ code: 'STORAGE_FAILED', message: expect.stringMatching(/^s-\d\d: /) });
  expect(items.length).toBe(64);
  for (const [i, { id, after, refused }] of items.entries()) {
    expect([id, refused]).toEqual([ids[i], undefined]);
    // Of each that failed nothing is told but that; all others are done.
    expect([id, await other.sessions.get(id)]).toEqual([id, after === undefined ? expect.anything() : undefined]);
  }
  expect(items.slice(0, 32).every(({ after }) => after === 'removed')).toBe(true);
  expect(items.slice(32).some(({ after }) => after === undefined)).toBe(true);
  expect((await other.sessions.get('s-64'))?.status).toBe('parked');
});
