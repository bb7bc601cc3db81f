// Goal: environments are merged from the command line, whatever dies on the way. Method: the command line in real pipes:
// killed at many places, twice at once, with conflicts, there and back.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEnvironment } from '../../src/engine.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { Shell } from '../cli/txlog.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const count = 2_000;

let shell: Shell;
beforeAll(() => {
  shell = new Shell();
  const line = (i: number) =>
    `{"id":"r-${i}","type":"t${i % 3}","payload":{"text":"${'x'.repeat(500)}"},"changes":[{"op":"add","key":"n/${i % 50}","value":${i}}]}\n`;
  shell.run(['submit', '-', '--receipts', 'none'], Array.from({ length: count }, (_, i) => line(i)).join(''));
  shell.run(['sync', 'export', '--codec', 'null', '-O', 'whole.avro']);
});
afterAll(() => shell.remove());

let made = 0;
/** A new environment with one record of its own. */
function fresh(): string {
  const name = `to-${++made}`;
  shell.run(['init', '--env', name]);
  shell.run(['submit', '--env', name, '--id', `mine-${name}`, '--type', 'note', '--change', `add mine/${name} 1`]);
  return name;
}

const json = (args: readonly string[]) => JSON.parse(shell.run([...args, '--json']).stdout);

async function look<T>(env: string, work: (env: Environment) => Promise<T>): Promise<T> {
  const opened = await openEnvironment(join(shell.dir, env), { readOnly: true });
  return work(opened).finally(() => opened.close());
}

/** Values by key. */
const valuesOf = (env: string) =>
  look(env, async (opened) => {
    const all: [string, unknown][] = [];
    for await (const { key, value } of opened.states()) all.push([key, value]);
    return all;
  });

function bash(line: string) {
  const script = `txlog() { '${process.execPath}' '${bin}' "$@"; }; ${line}; echo "codes \${PIPESTATUS[@]}" >&2`;
  const { stderr } = spawnSync('bash', ['-c', script], { cwd: shell.dir, env: shell.env, encoding: 'utf8' });
  return /codes ([\d ]+)\n$/.exec(stderr)?.[1]?.split(' ').map(Number);
}

function start(args: readonly string[], stdio: ('pipe' | 'ignore')[]): ChildProcess {
  return spawn(process.execPath, [bin, ...args], { cwd: shell.dir, env: shell.env, stdio });
}

it('after kill -9 at any block, the same command goes on, and each record is there once', async () => {
  const to = fresh();
  const dump = readFileSync(join(shell.dir, 'whole.avro'));
  for (let bytes = 300_000; bytes < dump.length; bytes += 270_000) {
    const victim = start(['sync', 'import', '--mode', 'submit', '--env', to, '-'], ['pipe', 'ignore', 'ignore']);
    victim.stdin?.on('error', () => {});
    victim.stdin?.write(dump.subarray(0, bytes));
    await look(to, async (opened) => {
      const { position: before } = await opened.head();
      for (let looks = 0; looks < 300 && (await opened.head()).position === before; looks++) await pause(5);
    });
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    // A block, the places of its records and the cursor are one commit.
    await look(to, async (opened) => {
      const { position } = await opened.head();
      const [origin] = (await opened.sync.status()).origins;
      const reached = Number(origin?.cursor.split(':')[1] ?? 0);
      expect(position).toBe(reached + 1);
      if (origin) expect(await opened.sync.position(origin.origin, reached)).toBe(position);
    });
  }
  expect(bash(`txlog sync export - | txlog sync import --mode submit --env ${to} -`)).toEqual([0, 0]);
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
  const both = [1, 2].map(() => start(args, ['ignore', 'pipe', 'ignore']));
  expect((await Promise.all(both.map((child) => once(child, 'exit')))).map(([code]) => code)).toEqual([0, 0]);
  expect(await look(to, (opened) => opened.head())).toMatchObject({ position: count + 1 });
});

it('two environments that both write are synced both ways, again and again', async () => {
  const [a, b] = [fresh(), fresh()];
  const units = Object.fromEntries([a, b].map((env) => [env, json(['status', '--env', env]).unit as string]));
  const pass = (from: string, to: string) =>
    bash(
      `txlog sync export --env ${from} --after "$(txlog sync cursor --env ${to} ${units[from]})" - | txlog sync import --mode submit --env ${to} -`,
    );
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
