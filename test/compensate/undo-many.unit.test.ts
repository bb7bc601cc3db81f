// Goal: many transactions undone by way of a plan leave what a run without them leaves, are planned and applied by
// reading the records of their keys about once, and what would have been decided otherwise is told. Method: random logs and
// random parts of them, beside a second environment that never had those; a storage that counts the records it gives.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompensationPlan } from '../../src/compensate/compensation-plan.ts';
import type { App } from '../../src/core/app/app.ts';
import { rejectRequest } from '../../src/core/app/handler-terms.ts';
import type { JsonValue } from '../../src/core/base/json.ts';
import type { RequestInput } from '../../src/core/log/request.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { initialise } from '../../src/environment/open-generation.ts';
import type { Snapshot, Storage } from '../../src/ports/storage.ts';
import { whatIf } from '../../src/replay/what-if.ts';
import { openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { openOn, SteeredClock } from '../sim/open-env.ts';

const clock = () => new SteeredClock({ time: 1_700_000_000_000 });
const max = (value: JsonValue | undefined, argument: JsonValue | undefined) =>
  Math.max(typeof value === 'number' ? value : -99, argument as number);
const app: App = {
  requests: {
    score: { reducers: { max } },
    spend: {
      decide: (request, states) => {
        const { amount } = request.payload as { amount: number };
        const has = (states.get('account')?.value as number | undefined) ?? 0;
        return has < amount
          ? rejectRequest('TOO_LITTLE', `there is ${has}`, 'account')
          : [{ op: 'add', key: 'account', value: -amount }];
      },
    },
  },
};

async function filled(requests: readonly RequestInput[], storage = openMemoryStorage()): Promise<Environment> {
  const env = await openOn(storage, { app, clock: clock() });
  for (const request of requests) await env.submit(request);
  return env;
}

async function apply(env: Environment, plan: CompensationPlan): Promise<readonly string[]> {
  const outcomes: string[] = [];
  for await (const receipt of env.applyPlan(plan)) outcomes.push(receipt.outcome);
  return outcomes;
}

const keys = ['n', 'f', 'o', 'p', 'l', 's', 'r', 'd/0', 'd/1', 'account'];

async function valuesOf(env: Environment): Promise<readonly unknown[]> {
  return Promise.all(keys.map(async (key) => (await env.get(key))?.value));
}

/** The plan of those requests, newest first, as a filter selects them. */
async function planOf(env: Environment, ids: readonly string[]): Promise<CompensationPlan> {
  return env.planCompensation([...ids].reverse());
}

const from = <T>(...values: T[]) => fc.constantFrom(...values);
const whole = fc.integer({ min: -4, max: 9 });
const changes = fc.oneof(
  whole.map((value) => ({ op: 'add' as const, key: 'n', value })),
  from(0.1, 0.7, 2).map((value) => ({ op: 'add' as const, key: 'f', value })),
  whole.map((value) => ({ op: 'add' as const, key: 'o', value: { count: 1, sum: value } })),
  from<JsonValue>({ a: 1 }, { a: null, b: { c: 2 } }, { b: { c: null } }, 5).map((value) => ({
    ...{ op: 'merge' as const, key: 'p', value },
  })),
  whole.map((value) => ({ op: 'append' as const, key: 'l', value: [value] })),
  whole.map((value) => ({ op: 'set' as const, key: 's', value })),
  whole.map((value) => ({ op: 'reduce' as const, key: 'r', reducer: 'max', value })),
  from(5, 9).map((value) => ({ op: 'add' as const, key: 'account', value })),
  from('d/0', 'd/1').map((key) => ({ op: 'claim' as const, key, value: 1 })),
);
const request = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({ type: from('score'), changes: fc.array(changes, { minLength: 1, maxLength: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ type: from('spend'), payload: fc.record({ amount: from(1, 7) }) }) },
);
const logs = fc
  .array(request, { minLength: 1, maxLength: 90 })
  .map((requests) => requests.map((one, i): RequestInput => ({ ...one, id: `r${i}` })));

/** Requests on one key, and how each ended. */
async function outcomes(requests: readonly RequestInput[]): Promise<ReadonlyMap<string, string>> {
  const env = await filled(requests);
  const found = new Map<string, string>();
  for await (const { id, outcome } of env.records()) found.set(id, outcome);
  await env.close();
  return found;
}

const onOne = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ type: 't', changes: [{ op: 'claim' as const, key: 'd/0' }] }) },
  {
    weight: 3,
    arbitrary: fc
      .nat(20)
      .map((i) => ({ type: 't', changes: [{ op: 'release' as const, key: 'd/0', owner: `r${i}` }] })),
  },
);
const spending = fc.oneof(
  from(1, 3).map((value) => ({ type: 't', changes: [{ op: 'add' as const, key: 'account', value }] })),
  from(1, 2, 3).map((amount) => ({ type: 'spend', payload: { amount } })),
  fc.constant({ type: 't', changes: [{ op: 'set' as const, key: 'account', value: 2 }] }),
  fc.boolean().map((exists) => ({
    ...{ type: 't', changes: [{ op: 'add' as const, key: 'account', value: 1 }] },
    expect: [{ key: 'account', exists }],
  })),
);

/** A storage that counts the records of the log that it gives. */
function counting(inner: Storage) {
  const counted = { records: 0 };
  const watched = (snapshot: Snapshot): Snapshot => ({
    ...snapshot,
    get(table, key) {
      if (table === 'log') counted.records += 1;
      return snapshot.get(table, key);
    },
    *range(table, options) {
      for (const row of snapshot.range(table, options)) {
        if (table === 'log') counted.records += 1;
        yield row;
      }
    },
  });
  const storage: Storage = {
    ...inner,
    read: (work) => inner.read((snapshot) => work(watched(snapshot))),
    write: (work) => inner.write((tx) => work({ ...tx, ...watched(tx) })),
    transact: (work) => inner.transact((tx) => work({ ...tx, ...watched(tx) })),
  };
  return { storage, counted };
}

describe('transactions undone by a plan', () => {
  it('leave what a run without them leaves, unless others would have been decided otherwise', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(logs, fc.infiniteStream(fc.boolean()), async (requests, picks) => {
        const picked = new Map(requests.map(({ id = '' }) => [id, picks.next().value as boolean]));
        const env = await filled(requests);
        const ids: string[] = [];
        for await (const { id, outcome } of env.records()) if (outcome === 'committed' && picked.get(id)) ids.push(id);
        const plan = await planOf(env, ids);
        const applied = await apply(env, plan);
        expect(applied).toEqual(plan.items.filter(({ refused }) => !refused).map(() => 'committed'));
        expect((await env.rescanVerify()).problems).toEqual([]);
        const gone = new Set(ids);
        const without = await filled(requests.filter(({ id = '' }) => !gone.has(id)));
        const same = async () => {
          for await (const { id, outcome } of without.records())
            if ((await env.transaction(id)).outcome !== outcome) return false;
          return plan.items.every(({ refused }) => !refused);
        };
        if (await same()) {
          compared += 1;
          expect(await valuesOf(env)).toEqual(await valuesOf(without));
        }
        await env.close();
        await without.close();
      }),
      { numRuns: 60, seed: 11 },
    );
    expect(compared).toBeGreaterThan(15);
  });

  it.each([
    ['an owner', onOne],
    ['a balance', spending],
  ])('tell all later decisions on %s that would have come out otherwise', async (_, one) => {
    let flipped = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(one as fc.Arbitrary<RequestInput>, { minLength: 2, maxLength: 90 }),
        fc.nat(),
        async (list, which) => {
          const requests = list.map((each, i) => ({ ...each, id: `r${i}` }));
          const env = await filled(requests);
          const target = requests[which % requests.length] as RequestInput & { id: string };
          const { outcome } = await env.transaction(target.id);
          const plan = await planOf(env, [target.id]);
          await env.close();
          const [item] = plan.items;
          if (outcome === 'rejected' || item?.refused) return;
          const was = await outcomes(requests);
          const would = await outcomes(requests.filter(({ id }) => id !== target.id));
          const other = [...would]
            .filter(([id, ended]) => was.get(id) !== ended)
            .map(([id, ended]) => ({ id, would: ended }));
          flipped += other.length;
          expect(item?.flips.map((flip) => ({ id: flip.id, would: flip.would }))).toEqual(other);
        },
      ),
      { numRuns: 60, seed: 5 },
    );
    expect(flipped).toBeGreaterThan(5);
  });

  it('are planned and applied by reading the records of their keys about once, however many they are', async () => {
    const total = 1_000;
    const requests = Array.from({ length: total }, (_, i) => ({
      ...{ id: `r${i}`, type: 't' },
      changes: [
        { op: 'set' as const, key: `own/${i}`, value: i },
        { op: 'add' as const, key: 'o', value: { count: 1, sum: i / 4 } },
        { op: 'merge' as const, key: 'p', value: { [`f${i % 9}`]: i } },
      ],
    }));
    const readsFor = async (wrong: number) => {
      const { storage, counted } = counting(openMemoryStorage());
      const env = await openOn(storage, { app, clock: clock() });
      for (let i = 0; i < total; i += 500)
        await env.submitChecked(requests.slice(i, i + 500).map((one) => env.check(one)));
      counted.records = 0;
      const plan = await planOf(
        env,
        requests.filter((_, i) => i % (total / wrong) === 1).map(({ id }) => id),
      );
      expect(await apply(env, plan)).toEqual(Array.from({ length: wrong }, () => 'committed'));
      await env.close();
      return counted.records;
    };
    const [few, many] = [await readsFor(5), await readsFor(100)];
    expect(few).toBeLessThan(total * 6);
    expect(many).toBeLessThan(few + 100 * 64);
  });

  it('are decided again with other handlers by reading their keys about once', async () => {
    const total = 600;
    const requests = Array.from({ length: total }, (_, i) => ({
      ...{ id: `r${i}`, type: 't' },
      changes: [{ op: 'add' as const, key: 'f', value: i / 7 }],
    }));
    const env = await openOn(openMemoryStorage(), { app, clock: clock() });
    await env.submitChecked(requests.map((one) => env.check(one)));
    const wrong = requests.filter((_, i) => i % 4 === 1).map(({ id }) => id);
    await apply(env, await planOf(env, wrong));
    const { storage, counted } = counting(openMemoryStorage());
    await initialise(storage);
    const report = await whatIf(env, { side: storage, app: env.app });
    expect(report).toEqual({
      ...{ decided: total + wrong.length, undecided: 0, flips: 0 },
      ...{ changedValues: 0, newKeys: 0, missingKeys: 0 },
    });
    expect(counted.records).toBeLessThan(total * 8);
    await env.close();
  });

  it('tell nothing of decisions that need a handler which the app lacks', async () => {
    const storage = openMemoryStorage();
    const env = await filled(
      [
        { id: 'paid', type: 'pay', changes: [{ op: 'add', key: 'account', value: 5 }] },
        { id: 'bonus', type: 'pay', changes: [{ op: 'add', key: 'account', value: 1 }] },
        { id: 'spent', type: 'spend', payload: { amount: 3 } },
        { id: 'poor', type: 'spend', payload: { amount: 99 } },
        {
          ...{ id: 'best', type: 'score', expect: [{ key: 'account', exists: true }] },
          changes: [
            { op: 'add', key: 'account', value: 1 },
            { op: 'reduce', key: 'r', reducer: 'max', value: 2 },
          ],
        },
      ],
      storage,
    );
    const flipsIn = async (one: Environment) => (await one.planCompensation(['bonus'])).items[0]?.flips;
    expect(await flipsIn(env)).toEqual([]);
    const plain = await openOn(storage, { clock: clock() });
    expect(await flipsIn(plain)).toEqual([]);
    await env.close();
  });

  it('tell of a decision whose choice was refused then, and would fit, without its handler', async () => {
    const storage = openMemoryStorage();
    const reserve = { decide: ({ id }: { readonly id: string }) => [{ op: 'claim' as const, key: 'seat', value: id }] };
    const env = await openOn(storage, { clock: clock(), app: { requests: { reserve } } });
    await env.submit({ id: 'first', type: 'raw', changes: [{ op: 'claim', key: 'seat', value: 1 }] });
    expect(await env.submit({ id: 'second', type: 'reserve' })).toMatchObject({ rejection: { code: 'KEY_OWNED' } });
    const flips = [expect.objectContaining({ id: 'second', was: 'rejected', would: 'committed' })];
    const plain = await openOn(storage, { clock: clock() });
    for (const one of [env, plain]) expect((await one.planCompensation(['first'])).items[0]?.flips).toEqual(flips);
    await env.close();
  });

  it('report their progress', async () => {
    const env = await filled(
      Array.from({ length: 30 }, (_, i) => ({
        id: `r${i}`,
        type: 't',
        changes: [{ op: 'add', key: 'f', value: 0.5 }],
      })),
    );
    const told: string[] = [];
    const onProgress = (done: number, all: number) => {
      // How often it tells in between is a matter of time.
      if (done === all) told.push(`${done}/${all}`);
    };
    const plan = await env.planCompensation(['r3', 'r2', 'r1'], { onProgress });
    for await (const _ of env.applyPlan(plan, { onProgress })) told.push('receipt');
    expect(told).toEqual(['30/30', '3/3', '30/30', '3/3', 'receipt', 'receipt', 'receipt']);
    await env.close();
  });
});

describe('a plan that was not written by this program, or was damaged, is refused before anything is undone', () => {
  const damaged = async (change: (plan: CompensationPlan) => object) => {
    const add = { op: 'add' as const, key: 'n', value: 1 };
    const env = await filled(['a', 'b'].map((id) => ({ id, type: 'score', changes: [add] })));
    const plan = change(await planOf(env, ['a', 'b'])) as CompensationPlan;
    const error = await apply(env, plan).catch((error: unknown) => error);
    expect((await env.head()).position).toBe(2);
    return error;
  };

  it('one of a later version: both versions are told', async () => {
    expect(await damaged((plan) => ({ ...plan, v: 2 }))).toMatchObject({
      code: 'PLAN_INVALID',
      message: 'the plan has version 2, and this program reads version 1',
    });
  });

  it.each([
    ['id', ''],
    ['position', '1e0'],
    ['position', '0'],
    ['refused', 'yes'],
    ['refused', { code: 'NOT_COMPENSABLE' }],
    ['keys', [{ key: 'n' }]],
    ['keys', undefined],
  ])('at %s: the place is named', async (field, value) => {
    const error = await damaged((plan) => ({ ...plan, items: [plan.items[0], { ...plan.items[1], [field]: value }] }));
    expect(error).toMatchObject({ code: 'PLAN_INVALID', details: { path: `items[1].${field}` } });
  });
});
