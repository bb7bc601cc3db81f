// Goal: a few large records do not hold the event loop, whatever reads them. Method: records that are few and large, and a
// clock on which each look takes a millisecond; turns of the loop are counted, not timed.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';
import { type Environment, openEnvironment } from '../../src/index.ts';
import { largeRowBytes } from '../../src/view/turns.ts';
import { CountingClock } from './counting-clock.ts';

const records = 60;
const clock = new CountingClock();
let env: Environment;
beforeAll(async () => {
  env = await openEnvironment(':memory:', { create: true, clock });
  const payload = 'x'.repeat(largeRowBytes);
  const requests = Array.from({ length: records }, (_, i) =>
    env.check({ id: `r-${i}`, type: 't', payload, changes: [{ op: 'set', key: `k/${i}`, value: i }] }),
  );
  await env.submitChecked(requests);
  // Each kind of read loads its code once.
  for (const [, read] of reads) await read();
});
afterAll(() => env.close());

async function all(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

const reads: readonly [string, () => Promise<unknown>][] = [
  ['records', () => all(env.records())],
  ['records of a type, newest first', () => all(env.records({ types: ['t'] }, { reverse: true }))],
  ['records under a prefix', () => all(env.records({ prefix: 'k/' }))],
  ['count', () => env.count({ where: () => true })],
  ['counts by a field', () => env.countBy(['actor'])],
  ['verify', () => env.verify()],
  ['rescanVerify', () => env.rescanVerify()],
];

it.each(reads)('a read of few and large rows leaves the event loop to others: %s', async (_, read) => {
  const before = clock.turns;
  await read();
  expect(clock.turns - before).toBeGreaterThanOrEqual(records / limits.sliceMs - 1);
});
