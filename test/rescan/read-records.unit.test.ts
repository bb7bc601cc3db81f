// Goal: a scan gives exactly the records that pass its filter, once and in order, and a follower goes on with new ones.
// Method: every filter of a table is compared with the same filter over the whole log in memory.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Environment, openEnvironment, type RecordFilter, type StoredRecord } from '../../src/index.ts';

let env: Environment;
let all: StoredRecord[];

beforeAll(async () => {
  env = await openEnvironment(':memory:', { create: true });
  for (let i = 0; i < 60; i++) {
    // Every fifth is refused: its key is claimed already.
    const key = i % 5 === 4 ? 'taken' : `k/${i % 7}`;
    const op = i % 5 === 4 ? ('claim' as const) : ('set' as const);
    await env.submit({ id: `r-${i}`, type: i % 3 === 0 ? 'a' : 'b', changes: [{ op, key, value: i }] });
  }
  all = await gather({});
});

afterAll(() => env.close());

async function gather(filter: RecordFilter, options = {}): Promise<StoredRecord[]> {
  const found: StoredRecord[] = [];
  for await (const record of env.records(filter, options)) found.push(record);
  return found;
}

const filters: readonly (readonly [string, RecordFilter, (record: StoredRecord) => boolean])[] = [
  ['by type', { types: ['a'] }, ({ type }) => type === 'a'],
  ['by outcome', { outcome: 'rejected' }, ({ outcome }) => outcome === 'rejected'],
  ['by key', { key: 'k/3' }, ({ changes }) => changes.some(({ key }) => key === 'k/3')],
  ['by position', { from: 10, to: 20 }, ({ position }) => position >= 10 && position <= 20],
  [
    'by all of these',
    { types: ['b'], outcome: 'committed', from: 5, to: 50 },
    ({ type, outcome, position }) => type === 'b' && outcome === 'committed' && position >= 5 && position <= 50,
  ],
];

it.each(filters)('a scan %s gives what the filter means', async (_, filter, passes) => {
  const expected = all.filter(passes).map(({ position }) => position);
  expect(expected.length).toBeGreaterThan(2);
  expect((await gather(filter)).map(({ position }) => position)).toEqual(expected);
  const newest = await gather(filter, { reverse: true, limit: 2 });
  expect(newest.map(({ position }) => position)).toEqual(expected.slice(-2).reverse());
});

it('a follower gives the records that are there, then each new one, and ends when it is told to', async () => {
  const stop = new AbortController();
  const seen: string[] = [];
  const following = (async () => {
    for await (const { id } of env.follow({ types: ['late'] }, { from: 1, signal: stop.signal })) {
      if (seen.push(id) === 2) stop.abort();
    }
  })();
  await env.submit({ id: 'l-1', type: 'late', changes: [{ op: 'set', key: 'x', value: 1 }] });
  await env.submit({ id: 'l-2', type: 'late', changes: [{ op: 'set', key: 'x', value: 2 }] });
  await following;
  expect(seen).toEqual(['l-1', 'l-2']);
});
