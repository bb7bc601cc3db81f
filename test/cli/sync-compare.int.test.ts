// Goal: a comparison says how far it is: of a dump, by its bytes; of two environments, by the keys that differ. Method: both
// are compared, and what they tell is kept.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { compareWith } from '../../src/cli/sync/compare-with.ts';
import { type Environment, openEnvironment } from '../../src/index.ts';
import { dumpOf } from '../sync/dumps.ts';

const place = mkdtempSync(join(tmpdir(), 'txlog-compare-'));
afterAll(() => rmSync(place, { recursive: true }));

async function filled(name: string, keys: number): Promise<Environment> {
  const env = await openEnvironment(join(place, name), { create: true });
  for (let i = 0; i < keys; i++)
    await env.submit({ id: `r-${i}`, type: 'set', changes: [{ op: 'set', key: `k-${name}-${i}`, value: i }] });
  return env;
}

it('a comparison tells how far it is, and ends', async () => {
  const [env, other] = [await filled('a', 3), await filled('b', 2)];
  const dump = await dumpOf(env);
  writeFileSync(join(place, 'dump'), dump);
  const told: unknown[] = [];
  const watch = (isSizeKnown: boolean) => ({
    onProgress: (done: number, total: number, note?: string) => void told.push([isSizeKnown, done, total, note]),
    stop: () => void told.push('end'),
  });
  expect((await compareWith(env, join(place, 'dump'), watch)).same).toBe(true);
  expect(told).toEqual([[true, dump.length, dump.length, undefined], 'end']);
  told.length = 0;
  expect((await compareWith(env, join(place, 'b'), watch)).same).toBe(false);
  expect(told).toEqual([
    ...[1, 2, 3, 4, 5].map((n) => [false, n, 0, `${n} ${n === 1 ? 'key differs' : 'keys differ'}`]),
    'end',
  ]);
  await env.close();
  await other.close();
});
