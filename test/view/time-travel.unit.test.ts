// Goal: a look back is what was to be seen then, for every key at every position, and costs no more than it must.
// Method: random lives of a few keys, seen after each step and again from the end; counts of the records that are read.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Change } from '../../src/core/fold/change.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { openOn, SteeredClock } from '../sim/open-env.ts';
import { shrinkLimits } from '../sim/shrink-limits.ts';

shrinkLimits({ appliedPerChunk: 4, postingsPerChunk: 3, sliceRows: 2 });

const app = {
  requests: { score: { reducers: { max: (value: unknown, by: unknown) => Math.max(Number(value ?? 0), Number(by)) } } },
};
const shared = fc.constantFrom('x/0', 'x/1');
const change = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('add'), key: fc.constant('sum'), value: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('add'), key: shared, value: fc.constantFrom(1, 0.5) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('set', 'merge'), key: shared, value: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('delete'), key: fc.constantFrom('x/0', 'x/1', 'list') }) },
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constant('append'), key: fc.constant('list'), value: fc.tuple(fc.nat(9)) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('reduce'), key: shared, reducer: fc.constant('max'), value: fc.nat(9) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('claim'),
      key: fc.constantFrom('d/0', 'd/1'),
      pending: fc.constantFrom(1, 99),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constantFrom('release', 'confirm'),
      key: fc.constantFrom('d/0', 'd/1'),
      owner: fc.nat(40).map(String),
    }),
  },
) as fc.Arbitrary<Change>;
const step = fc.oneof(
  { weight: 6, arbitrary: fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => ({ changes })) },
  { weight: 1, arbitrary: fc.nat(40).map((undo) => ({ undo })) },
  { weight: 1, arbitrary: fc.constantFrom(1_000, 5_000).map((wait) => ({ wait })) },
) as fc.Arbitrary<{ changes?: Change[]; undo?: number; wait?: number }>;
const keys = ['sum', 'x/0', 'x/1', 'list', 'd/0', 'd/1'];

async function see(env: Environment, asOf?: number) {
  const states = await Promise.all(keys.map((key) => env.get(key, asOf === undefined ? {} : { asOf })));
  // Whether a reservation has run out is told by the time, which the past is asked for at its last record.
  return states.map((state) => (state?.pending ? { ...state, pending: state.pending.until } : state));
}

describe('time travel', () => {
  it('shows every key at every position as it was then', async () => {
    const bounds = fc.constantFrom(0, 3, Number.POSITIVE_INFINITY);
    await fc.assert(
      fc.asyncProperty(bounds, fc.array(step, { minLength: 5, maxLength: 40 }), async (bound, steps) => {
        const world = { time: 1_700_000_000_000 };
        const env = await openOn(openMemoryStorage(), { app, bound, clock: new SteeredClock(world) });
        const seen = new Map([[0, await see(env)]]);
        for (const [i, { changes, undo, wait }] of steps.entries()) {
          world.time += wait ?? 0;
          if (changes) await env.submit({ id: String(i), type: 'score', changes });
          if (undo !== undefined && (await env.find(undo))) await env.compensate(undo);
          seen.set((await env.head()).position, await see(env));
        }
        for (const [position, states] of seen) expect(await see(env, position), `as of ${position}`).toEqual(states);
        await env.close();
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  describe('of a key with a long history', () => {
    let env: Environment;
    beforeEach(async () => {
      env = await openOn(openMemoryStorage());
    });
    afterEach(() => env.close());

    /** How many records are read to look back. */
    async function cost(key: string, asOf: number): Promise<number> {
      const reads = vi.spyOn(env.handle.view.typeRegistry, 'record');
      await env.get(key, { asOf });
      const { length } = reads.mock.calls;
      reads.mockRestore();
      return length;
    }
    const submit = (changes: readonly Change[]) => env.submit({ type: 't', changes });

    it('reads a sum from its nearer end', async () => {
      for (let i = 0; i < 400; i++) await submit([{ op: 'add', key: 'n', value: 2 }]);
      expect(await env.get('n', { asOf: 390 })).toMatchObject({ value: 780, version: 390, position: 390 });
      expect(await cost('n', 390)).toBeLessThan(15);
      expect(await cost('n', 10)).toBeLessThan(15);
    });

    it('begins where the key was set as a whole, and finds the neighbours of a transaction without its history', async () => {
      for (let i = 1; i <= 400; i++) await submit([{ op: i % 20 === 0 ? 'set' : 'add', key: 'n', value: 1 }]);
      expect(await env.get('n', { asOf: 239 })).toMatchObject({ value: 20, version: 239, position: 239 });
      expect(await cost('n', 239)).toBeLessThan(50);
      const reads = vi.spyOn(env.handle.view.typeRegistry, 'record');
      const { keys: reports } = await env.inspect(241);
      expect(reports[0]).toMatchObject({ previous: { position: 240 }, next: { position: 242 } });
      expect(reads.mock.calls.length).toBeLessThan(30);
    });
  });
});
