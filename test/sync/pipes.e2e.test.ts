// Goal: environments travel through pipes as they are, whatever dies, stalls or fills up on the way. Method: the command
// line in real pipes: cut, killed, slow, full, twice at once, on a terminal.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Shell } from '../cli/txlog.ts';
import { DumpPlace } from './dump-place.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const count = 3_000;

let place: DumpPlace;
let shell: Shell;
beforeAll(() => {
  place = new DumpPlace(count, (i) => 300 + (i % 200));
  shell = place.shell;
});
afterAll(() => shell.remove());

const fresh = () => place.fresh();
const json: DumpPlace['json'] = (args) => place.json(args);
const look: DumpPlace['look'] = (env, work) => place.look(env, work);
const bash: DumpPlace['bash'] = (line) => place.bash(line);
const start: DumpPlace['start'] = (args, stdio) => place.start(args, stdio);
const positionOf = (env: string) => place.positionOf(env);
const isSame = (env: string) =>
  look(env, (to) =>
    look('env', async (from) => {
      const { left, right } = await from.sync.diff(to);
      return left.digest === right.digest;
    }),
  );

describe('a pipe between two environments', () => {
  it('carries all of it, and a second time nothing', async () => {
    const to = fresh();
    expect(bash(`txlog sync export - | txlog sync import --env ${to} -`).codes).toEqual([0, 0]);
    expect(await isSame(to)).toBe(true);
    const again = json(['sync', 'import', 'whole.avro', '--env', to]);
    expect(again).toMatchObject({ applied: 0, duplicate: count, complete: true });
  });

  it('that is cut goes on with the command that is printed', async () => {
    const to = fresh();
    const cut = bash(`txlog sync export --codec null - | head -c 1000000 | txlog sync import --env ${to} -`);
    // A reader that went away is told: the dump is not complete.
    expect(cut.codes).toEqual([74, 0, 65]);
    expect(cut.stderr).toContain('DUMP_INCOMPLETE');
    const [, command = ''] = /next: (txlog sync export --after \S+ -) \|/.exec(cut.stderr) ?? [];
    expect(await positionOf(to)).toBeGreaterThan(0);
    expect(bash(`${command} | txlog sync import --env ${to} -`).codes).toEqual([0, 0]);
    expect(await isSame(to)).toBe(true);
  });

  it('carries all of it to a slow reader', async () => {
    const to = fresh();
    const slow = bash(`txlog sync export - | (sleep 1; cat) | txlog sync import --env ${to} -`);
    expect(slow.codes).toEqual([0, 0, 0]);
    expect(await isSame(to)).toBe(true);
  });

  it('ends with 74 on a full disk at either end, and the same import goes on later', async () => {
    const to = fresh();
    expect(bash('txlog sync export > /dev/full').codes).toEqual([74]);
    // The shell counts in blocks of 512 bytes.
    const limit = (blocks: number, command: string) => `(trap "" XFSZ; ulimit -f ${blocks}; ${command})`;
    expect(bash(limit(1_500, 'txlog sync export --codec null -O full.avro')).codes).toEqual([74]);
    expect(shell.run(['sync', 'verify', 'full.avro']).code).toBe(66);
    const full = bash(limit(1_200, `txlog sync import --env ${to} whole.avro`));
    expect(full.codes).toEqual([74]);
    expect(await positionOf(to)).toBeLessThan(count);
    expect(shell.run(['sync', 'import', 'whole.avro', '--env', to]).code).toBe(0);
    expect(await isSame(to)).toBe(true);
  });

  it('may be fed by two at once', async () => {
    const to = fresh();
    const both = [1, 2].map(() => start(['sync', 'import', '--env', to, 'whole.avro'], ['ignore', 'pipe', 'ignore']));
    expect((await Promise.all(both.map((child) => once(child, 'exit')))).map(([code]) => code)).toEqual([0, 0]);
    expect(await isSame(to)).toBe(true);
  });
});

it('after kill -9 of either end at any block, the same command goes on where it was', async () => {
  const to = fresh();
  const dump = readFileSync(join(shell.dir, 'whole.avro'));
  // In its first block: a pipe holds less, so that it has begun to read.
  const early = start(['sync', 'import', '--env', to, '-'], ['pipe', 'ignore', 'ignore']);
  await new Promise((resolve) => early.stdin?.write(dump.subarray(0, 100_000), resolve));
  early.kill('SIGKILL');
  await once(early, 'exit');
  expect(await positionOf(to)).toBe(0);
  let kills = 0;
  for (let bytes = 300_000; bytes < dump.length; bytes += 270_000) {
    await place.killImport(to, [], bytes);
    kills += 1;
    expect(await look(to, (opened) => opened.verify())).toMatchObject({ ok: true });
  }
  expect(kills).toBeGreaterThan(4);
  // The exporter dies, and what it wrote is not taken for whole.
  const exporter = start(['sync', 'export', '--codec', 'null', '-'], ['ignore', 'pipe', 'ignore']);
  const importer = start(['sync', 'import', '--env', to, '-'], ['pipe', 'ignore', 'ignore']);
  exporter.stdout?.once('data', () => exporter.kill('SIGKILL')).pipe(importer.stdin as NodeJS.WritableStream);
  expect(await once(importer, 'exit')).toEqual([65, null]);
  expect(bash(`txlog sync export - | txlog sync import --env ${to} -`).codes).toEqual([0, 0]);
  expect(await isSame(to)).toBe(true);
  expect(shell.run(['rescan', '--verify', '--env', to]).code).toBe(0);
});

it('a feed ends in order on Ctrl-C, and others write meanwhile', async () => {
  const to = fresh();
  const exporter = start(['sync', 'export', '--follow', '-'], ['ignore', 'pipe', 'ignore']);
  const importer = start(['sync', 'import', '--env', to, '-'], ['pipe', 'ignore', 'ignore']);
  exporter.stdout?.pipe(importer.stdin as NodeJS.WritableStream);
  shell.run(['submit', '--id', 'live', '--type', 'note', '--change', 'add notes 1']);
  while ((await positionOf(to)) <= count) await pause(50);
  exporter.kill('SIGINT');
  const ends = await Promise.all([once(exporter, 'exit'), once(importer, 'exit')]);
  expect(ends.map(([code]) => code)).toEqual([130, 0]);
  expect(await isSame(to)).toBe(true);
  // A mirror takes no requests.
  expect(shell.run(['submit', '--id', 'x', '--type', 'note', '--change', 'add notes 1', '--env', to]).code).toBe(77);
  const status = json(['sync', 'status', '--env', to]);
  expect(status.origins).toMatchObject([{ mode: 'mirror', lag: { records: 0, seconds: 0 } }]);
});

it('several exports of one name leave one whole dump, and nothing else', () => {
  const { stderr, status } = spawnSync(
    'bash',
    [
      '-c',
      `for i in 1 2 3; do '${process.execPath}' '${bin}' sync export -q -O same.avro & all="$all $!"; done
       for each in $all; do wait "$each" || exit; done`,
    ],
    { cwd: shell.dir, env: shell.env, encoding: 'utf8' },
  );
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  expect(json(['sync', 'verify', '--records', 'same.avro'])).toMatchObject({ ok: true, complete: true });
  expect(readdirSync(shell.dir).filter((name) => name.startsWith('same.avro'))).toEqual(['same.avro']);
});

it('an export to a named pipe goes through the pipe, which stays one', () => {
  expect(bash('mkfifo feed; cat feed > taken.avro & txlog sync export -q -O feed; wait').codes).toEqual([0]);
  expect(statSync(join(shell.dir, 'feed')).isFIFO()).toBe(true);
  expect(json(['sync', 'verify', 'taken.avro'])).toMatchObject({ ok: true, complete: true });
});

it('a dump is never written to a terminal', () => {
  const words = ['-qec', `'${process.execPath}' '${bin}' sync export`, '/dev/null'];
  const { stdout, status } = spawnSync('script', words, { cwd: shell.dir, env: shell.env, encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stdout).toContain('stdout is a terminal');
});

it('the file of a dump has its name once it is whole, and says what it is', () => {
  expect(statSync(join(shell.dir, 'whole.avro')).size).toBeGreaterThan(1_000_000);
  expect(json(['sync', 'verify', '--records', 'whole.avro'])).toMatchObject({
    ok: true,
    complete: true,
    codec: 'null',
  });
  expect(json(['sync', 'inspect', 'whole.avro']).counts).toMatchObject({ TXN: count });
  expect(shell.run(['sync', 'head', '-n', '2', 'whole.avro']).stdout).toMatch(/^\{"kind":"begin".*\n\{"kind":"record"/);
  expect(shell.run(['sync', 'export', '--sign', 'whole.avro', '-O', 'x.avro']).code).toBe(2);
  expect(json(['sync', 'import', '--dry-run', 'whole.avro', '--env', fresh()])).toMatchObject({ applied: count });
});
