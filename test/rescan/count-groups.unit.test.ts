// Goal: the counts of a log by any of its fields are right, for any filter, in an order that holds for the same log.
// Method: generated logs in memory, counted once more here from all records.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { given } from '../../src/core/base/given.ts';
import { keysOf } from '../../src/core/log/record.ts';
import { type GroupField, groupFields, openEnvironment } from '../../src/index.ts';

const request = fc.record({
  type: fc.constantFrom('a', 'b', 'c'),
  actor: fc.option(fc.constantFrom('ann', 'bob'), { nil: undefined }),
  keys: fc.uniqueArray(fc.constantFrom('k/1', 'k/2', 'l/1'), { minLength: 1, maxLength: 3 }),
  isRejected: fc.boolean(),
});

async function logOf(requests: readonly (typeof request extends fc.Arbitrary<infer T> ? T : never)[]) {
  const env = await openEnvironment(':memory:', { create: true });
  for (const [i, { type, actor, keys, isRejected }] of requests.entries()) {
    await env.submit({
      ...{ id: `r-${i}`, type, changes: keys.map((key) => ({ op: 'add', key, value: 1 }) as const) },
      ...given({ actor }),
      ...(isRejected && { expect: [{ key: 'none', exists: true }] }),
    });
  }
  return env;
}

describe('records counted by their fields', () => {
  it('are as many as there are, in each group and in all', async () => {
    const fields = fc.uniqueArray(fc.constantFrom(...groupFields), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 12 }), fields, fc.boolean(), async (requests, by, onlyA) => {
        const env = await logOf(requests);
        const filter = onlyA ? { types: ['a'] } : {};
        const { groups, records } = await env.countBy(by, filter);
        const expected = new Map<string, number>();
        let all = 0;
        for await (const record of env.records(filter)) {
          all += 1;
          const hour = `${new Date(record.time).toISOString().slice(0, 13)}:00:00.000Z`;
          const day = `${hour.slice(0, 10)}T00:00:00.000Z`;
          const found = { ...record, hour, day } as unknown as Readonly<Record<GroupField, string | undefined>>;
          for (const key of by.includes('key') ? keysOf(record) : ['']) {
            const name = JSON.stringify(by.map((field) => (field === 'key' ? key : (found[field] ?? null))));
            expected.set(name, (expected.get(name) ?? 0) + 1);
          }
        }
        expect(records).toBe(all);
        expect(new Map(groups.map(({ values, count }) => [JSON.stringify(values), count]))).toEqual(expected);
        const isTimed = by.some((field) => field === 'hour' || field === 'day');
        const counts = groups.map(({ count }) => count);
        if (!isTimed) expect(counts).toEqual(counts.toSorted((a, b) => b - a));
        await env.close();
      }),
      { numRuns: 40 },
    );
  });
});
