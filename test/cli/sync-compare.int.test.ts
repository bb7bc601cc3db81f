// Goal: a comparison says how far it is: of a dump, by its bytes; of two environments, by the keys that differ. Method: both
// are compared, and what they tell is kept.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { compareWith } from '../../src/cli/sync/compare-with.ts';
import { type JsonValue, jsonEquals } from '../../src/core/base/json.ts';
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
  // A machine that is slow repeats what it told, so that people see it go on.
  const fresh = told.filter(
    (one, i) => !jsonEquals(one as JsonValue, (told[i - 1] ?? [false, 0, 0, '0 keys differ']) as JsonValue),
  );
  expect(fresh).toEqual([
    ...[1, 2, 3, 4, 5].map((n) => [false, n, 0, `${n} ${n === 1 ? 'key differs' : 'keys differ'}`]),
    'end',
  ]);
  await env.close();
  await other.close();
});

it('a comparison of keys that are all the same tells that it goes on', async () => {
  const [env, other] = [await filled('c', 1), await filled('d', 1)];
  const diff = env.sync.diff.bind(env.sync);
  env.sync.diff = async (right) => ({
    ...(await diff(right)),
    keys: (async function* () {
      yield* await pause(700, []);
    })(),
  });
  const told: unknown[] = [];
  const watch = () => ({ onProgress: (...args: unknown[]) => void told.push(args), stop() {} });
  await compareWith(env, join(place, 'd'), watch);
  expect(told[0]).toEqual([0, 0, '0 keys differ']);
  await env.close();
  await other.close();
});
