// Goal: the beginning of an id finds just the ids that begin so, wherever they are kept, and reads no more of the index than
// it needs. Method: ids as UUIDs and as text, at random, in rows and in memory, against a filter over all of them; the rows
// that a snapshot hands out are counted.
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { openEnvironment } from '../../src/engine.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { completeId, idsWithPrefix } from '../../src/inspect/ids-with-prefix.ts';
import type { Snapshot } from '../../src/ports/storage.ts';
import { Cut } from '../../src/view/cut.ts';
import { compareKeys } from '../../src/view/read-state.ts';

let env: Environment;
afterEach(() => env.close());

const open = (checkpointRecords: number) => openEnvironment(':memory:', { create: true, checkpointRecords });

async function fill(ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await env.submit({ id, type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] });
    await env.sessions.create('mail', 1, { id });
  }
}

const uuid = '01a2255c-6f00-7abc-8def-0123456789ab';
const ids = [
  ...[
    uuid,
    '01a2255c-6f00-7abc-8def-0123456789ac',
    '01a2255c-6f01-7abc-8def-0123456789ab',
    '01a2255d-0000-7000-8000-000000000000',
  ],
  ...[
    '01A2255C-6F00-7ABC-8DEF-0123456789AB',
    '01a2255c',
    '01a2255c-6f00-7abc-8def-0123456789abc',
    'order/1',
    'order/12',
    'örder/1',
    'ffffffff',
  ],
];

it.each([0, 1_000])(
  'with %j records in memory, each beginning of an id finds the ids that begin so',
  async (records) => {
    env = await open(records);
    await fill(ids);
    for (const kind of ['transaction', 'session'] as const) {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...ids),
          fc.nat(40),
          fc.integer({ min: 1, max: 12 }),
          async (id, length, limit) => {
            const prefix = id.slice(0, length);
            const wanted = ids.filter((one) => one.startsWith(prefix)).sort();
            const all = await env.idsWithPrefix(kind, prefix, 100);
            const found = all.filter((one) => ids.includes(one));
            expect([prefix, [...found].sort()]).toEqual([prefix, wanted]);
            // However they are kept, the first ones are the first ones of all.
            expect(all).toEqual([...all].sort(compareKeys));
            const first = await env.idsWithPrefix(kind, prefix, limit);
            expect([prefix, limit, first]).toEqual([prefix, limit, all.slice(0, limit)]);
          },
        ),
        { numRuns: 60 },
      );
    }
  },
);

it('an id comes before those that begin with it; a prefix of several ids is refused by their names, and one of no id stays as it is', async () => {
  env = await open(1_000);
  await fill(ids);
  const complete = (text: string) => env.completeId(text, 'transaction', 'session');
  expect(await complete('01a2255c')).toBe('01a2255c');
  expect(await complete(uuid)).toBe(uuid);
  expect(await complete('01a2255d')).toBe('01a2255d-0000-7000-8000-000000000000');
  expect(await complete('01a2255c-6f01')).toBe('01a2255c-6f01-7abc-8def-0123456789ab');
  expect(await complete('order/1')).toBe('order/1');
  for (const text of ['order/', 'nothing-begins-so', '01a2255c-6f00-7abc-8def-0123456789abcd'])
    expect(await complete(text)).toBe(text);
  const details = expect.objectContaining({ hint: expect.stringContaining(`${uuid}, `) });
  await expect(complete('01a2255c-')).rejects.toMatchObject({ code: 'ID_AMBIGUOUS', details });
});

it('a look for a prefix reads a bounded part of the index, however many ids there are', async () => {
  env = await open(0);
  await fill(Array.from({ length: 60 }, (_, i) => `order-2026/${String(i).padStart(3, '0')}`));
  let rows = 0;
  await env.read((cut) => {
    const counting: Snapshot = {
      get: (table, key) => cut.snapshot.get(table, key),
      count: (table) => cut.snapshot.count(table),
      *range(table, options) {
        for (const row of cut.snapshot.range(table, options)) {
          rows += 1;
          yield row;
        }
      },
    };
    const counted = new Cut(cut.view, counting);
    for (const kind of ['transaction', 'session'] as const) {
      expect(idsWithPrefix(counted, kind, { prefix: 'order-20', limit: 5 })).toHaveLength(5);
      expect(() => completeId(counted, [kind], 'order-20')).toThrow('several ids begin with order-20');
    }
  });
  expect(rows).toBeLessThan(50);
});
