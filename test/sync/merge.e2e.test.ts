// Goal: environments are merged from the command line, whatever dies on the way. Method: the command line in real pipes:
// killed at many places, twice at once, with conflicts, there and back.
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Shell } from '../cli/txlog.ts';
import { all } from '../kit/all.ts';
import { DumpPlace } from './dump-place.ts';

const count = 2_000;

let place: DumpPlace;
let shell: Shell;
beforeAll(() => {
  place = new DumpPlace(count, () => 500);
  shell = place.shell;
});
afterAll(() => shell.remove());

/** A new environment with one record of its own. */
function fresh(): string {
  const name = place.fresh();
  shell.run(['submit', '--env', name, '--id', `mine-${name}`, '--type', 'note', '--change', `add mine/${name} 1`]);
  return name;
}

const json: DumpPlace['json'] = (args) => place.json(args);
const look: DumpPlace['look'] = (env, work) => place.look(env, work);

/** Values by key. */
const valuesOf = (env: string) =>
  look(env, async (opened) => (await all(opened.states())).map(({ key, value }): [string, unknown] => [key, value]));

it('after kill -9 at any block, the same command goes on, and each record is there once', async () => {
  const to = fresh();
  const whole = statSync(join(shell.dir, 'whole.avro')).size;
  let kills = 0;
  for (let bytes = 300_000; bytes < whole; bytes += 270_000) {
    await place.killImport(to, ['--mode', 'submit'], bytes);
    kills += 1;
    // A block, the places of its records and the cursor are one commit.
    await look(to, async (opened) => {
      const { position } = await opened.head();
      const [origin] = (await opened.sync.status()).origins;
      const reached = Number(origin?.cursor.split(':')[1]);
      expect(position).toBe(reached + 1);
      expect(await opened.sync.position(origin?.origin ?? '', reached)).toBe(position);
    });
  }
  expect(kills).toBeGreaterThan(3);
  expect(place.bash(`txlog sync export - | txlog sync import --mode submit --env ${to} -`).codes).toEqual([0, 0]);
  expect(await look(to, (opened) => opened.head())).toMatchObject({ position: count + 1 });
  expect((await valuesOf(to)).filter(([key]) => key.startsWith('n/'))).toEqual(await valuesOf('env'));
  expect(shell.run(['rescan', '--verify', '--env', to]).code).toBe(0);
  // A rebuild keeps where the records came from.
  expect(shell.run(['replay', '--yes', '--env', to]).code).toBe(0);
  const { unit } = json(['status']);
  expect(shell.run(['sync', 'position', unit, '7', '--env', to]).stdout).toBe('8\n');
  expect(shell.run(['sync', 'position', unit, '9999', '--env', to]).code).toBe(3);
});

it('two imports at once decide each record once', async () => {
  const to = fresh();
  const args = ['sync', 'import', '--mode', 'submit', '--env', to, 'whole.avro'];
  const both = [1, 2].map(() => place.start(args, ['ignore', 'pipe', 'ignore']));
  expect((await Promise.all(both.map((child) => once(child, 'exit')))).map(([code]) => code)).toEqual([0, 0]);
  expect(await look(to, (opened) => opened.head())).toMatchObject({ position: count + 1 });
});

it('two environments that both write are synced both ways, again and again', async () => {
  const [a, b] = [fresh(), fresh()];
  const units = Object.fromEntries([a, b].map((env) => [env, json(['status', '--env', env]).unit as string]));
  const pass = (from: string, to: string) =>
    place.bash(
      `txlog sync export --env ${from} --after "$(txlog sync cursor --env ${to} ${units[from]})" - | txlog sync import --mode submit --env ${to} -`,
    ).codes;
  for (let round = 0; round < 2; round++) {
    for (const env of [a, b])
      shell.run([
        'submit',
        '--env',
        env,
        '--id',
        `${env}-${round}`,
        '--type',
        'note',
        '--change',
        `add both ${round + 1}`,
      ]);
    expect([pass(a, b), pass(b, a)]).toEqual([
      [0, 0],
      [0, 0],
    ]);
  }
  expect(await valuesOf(a)).toEqual(await valuesOf(b));
  const heads = [json(['sync', 'cursor', '--env', a]), json(['sync', 'cursor', '--env', b])];
  expect([pass(a, b), pass(b, a)]).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect([json(['sync', 'cursor', '--env', a]), json(['sync', 'cursor', '--env', b])]).toEqual(heads);
});

describe('a conflict', () => {
  it('stops with 4 and names the record; parked or skipped it is exit code 6', () => {
    const to = fresh();
    shell.run(['submit', '--env', to, '--id', 'r-3', '--type', 'other', '--change', 'add mine 1']);
    const args = ['sync', 'import', '--mode', 'submit', '--env', to, 'whole.avro'];
    const stopped = shell.run(args);
    expect(stopped.code).toBe(4);
    expect(stopped.stderr).toMatch(/REQUEST_ID_CONFLICT: record 4 of \S+, "r-3": id r-3 was used/);
    const parked = shell.run([...args, '--on-conflict', 'park', '--json']);
    expect(parked.code).toBe(6);
    expect(JSON.parse(parked.stdout)).toMatchObject({ applied: count - 4, duplicate: 3, parked: 1, skipped: 0 });
    const list = json(['session', 'list', '--status', 'parked', '--env', to]);
    expect(list.items).toMatchObject([{ theme: 'sync.parked', error: expect.stringContaining('REQUEST_ID_CONFLICT') }]);
    expect(json(args)).toMatchObject({ applied: 0, duplicate: count });
    expect(shell.run([...args.slice(0, 2), '--on-conflict', 'skip', 'whole.avro']).code).toBe(2);
  });

  it('of a type that the app of this environment does not know is exit code 78, with the app it is 0', () => {
    shell.run(['init', '--env', 'shop']);
    const app = `export default { requests: { buy: { decide: ({ payload }) => [{ op: 'add', key: 'sold', value: payload.count }] } } };`;
    writeFileSync(join(shell.dir, 'shop.mjs'), app);
    shell.run([
      'submit',
      '--env',
      'shop',
      '--app',
      'shop.mjs',
      '--id',
      'b-1',
      '--type',
      'buy',
      '--data',
      '{"count":3}',
    ]);
    shell.run(['sync', 'export', '--env', 'shop', '-O', 'shop.avro']);
    const args = ['sync', 'import', '--mode', 'submit', '--env', fresh(), 'shop.avro'];
    expect(shell.run(args).code).toBe(78);
    expect(shell.run([...args, '--dry-run', '--app', 'shop.mjs']).stdout).toContain(
      '1 new, 0 here before; nothing was kept',
    );
    expect(shell.run([...args, '--app', 'shop.mjs']).code).toBe(0);
  });
});
