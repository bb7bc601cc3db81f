// Goal: the main job on real input, through the command line alone. Method: load the events, kill the load in the
// middle and run the same command again, and compare every state with a fold made here, without the engine. What writes is
// a process of its own; what looks at the outcome calls the process that a test file shares (kit/README.md).
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callCommand } from '../kit/commands.ts';
import { foldLoanEvents, hasAllEvents, readLoanLines } from './loan-events.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const map = fileURLToPath(new URL('../../fixtures/apps/loans/txlog.app.js', import.meta.url));
const lines = readLoanLines();
const folder = mkdtempSync(join(tmpdir(), 'txlog-loans-'));
const env = join(folder, 'env');
const file = join(folder, 'events.ndjson');
const loadArgs = ['submit', '-', '--map', map, '--receipts', 'none'];
const compensated = everyNth(lines.length, 100);

beforeAll(() => writeFileSync(file, `${lines.join('\n')}\n`));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a load that is killed in the middle and run again ends in the states of all events', async () => {
  expect(txlog(env, 'init').status).toBe(0);
  const load = spawn(process.execPath, [bin, ...loadArgs, '--env', env], { stdio: ['pipe', 'ignore', 'inherit'] });
  load.stdin.on('error', () => {});
  await feedUntil(load, Math.min(50_000, Math.floor(lines.length / 4)));
  load.kill('SIGKILL');
  const [, signal] = await once(load, 'exit');
  expect(signal).toBe('SIGKILL');
  const partial = json(txlog(env, 'status', '--json'));
  expect(Number(partial.head.position)).toBeLessThan(lines.length);
  expect(txlog(env, 'verify').status).toBe(0);
  const again = [bin, ...loadArgs, '--env', env];
  expect(spawnSync(process.execPath, again, { input: readFileSync(file) }).status).toBe(0);
  expect(states(env)).toEqual(foldLoanEvents(lines));
}, 180_000);

test('every event is in the log, and every application has its owner', () => {
  const status = json(txlog(env, 'status', '--json'));
  const applications = lines.filter((line) => line.includes('"A_SUBMITTED"')).length;
  expect(status.head.position).toBe(String(lines.length));
  expect(status.counts).toMatchObject({ committed: lines.length, rejected: 0, dedicated: applications });
  if (!hasAllEvents) return;
  expect([lines.length, applications]).toEqual([262_200, 13_087]);
  const counts = { A_APPROVED: 2_246, A_DECLINED: 7_635, A_CANCELLED: 2_807, O_CREATED: 7_030 };
  for (const [activity, count] of Object.entries(counts)) {
    expect(json(txlog(env, 'get', `activity/${activity}/complete`, '--json'))).toMatchObject({
      value: count,
      applied: count,
    });
    expect(txlog(env, 'rescan', '--type', `loan.${activity}`, '--count').stdout.trim()).toBe(String(count));
  }
});

test('submitting all events again changes nothing', () => {
  const before = json(txlog(env, 'status', '--json')).head;
  expect(submit(env, file).status).toBe(0);
  expect(json(txlog(env, 'status', '--json')).head).toEqual(before);
}, 120_000);

test('rescan --verify finds no difference, and a replay gives identical states', () => {
  expect(txlog(env, 'rescan', '--verify').status).toBe(0);
  const before = txlog(env, 'state', 'list', '--ndjson').stdout;
  expect(txlog(env, 'replay', '--yes').status).toBe(0);
  expect(txlog(env, 'state', 'list', '--ndjson').stdout).toBe(before);
  expect(txlog(env, 'verify').status).toBe(0);
}, 180_000);

test('a dump that is cut, resumed and taken over gives the same log and states elsewhere', () => {
  const dump = join(folder, 'loans.avro');
  const other = join(folder, 'other');
  expect(txlog(env, 'sync', 'export', '-O', dump).status).toBe(0);
  const bytes = readFileSync(dump);
  const cut = join(folder, 'cut.avro');
  writeFileSync(cut, bytes.subarray(0, Math.floor(bytes.length * 0.6)));
  expect(txlog(other, 'init').status).toBe(0);
  const failed = txlog(other, 'sync', 'import', cut);
  expect(failed.status).toBe(65);
  const [, cursor = ''] = /next: txlog sync export --after (\S+)/.exec(failed.stderr) ?? [];
  const rest = join(folder, 'rest.avro');
  // A log of few events is in one block, of which nothing is there.
  expect(txlog(env, 'sync', 'export', ...(cursor === '' ? [] : ['--after', cursor]), '-O', rest).status).toBe(0);
  expect(json(txlog(other, 'sync', 'import', rest, '--json'))).toMatchObject({ complete: true });
  expect(txlog(env, 'sync', 'diff', other).status).toBe(0);
  expect(json(txlog(other, 'status', '--json')).head).toEqual(json(txlog(env, 'status', '--json')).head);
  expect(states(other)).toEqual(states(env));
  expect(json(txlog(other, 'sync', 'import', dump, '--json'))).toMatchObject({ applied: 0, duplicate: lines.length });
}, 240_000);

test('compensating 100 transactions gives the states of a run without them', () => {
  const positions = compensated.map((line) => String(line + 1));
  const done = txlog(env, 'compensate', ...positions, '--reason', 'acceptance test');
  expect(done.status).toBe(0);
  const without = lines.filter((_, i) => !compensated.includes(i));
  expect(states(env)).toEqual(foldLoanEvents(without));
  expect(txlog(env, 'rescan', '--verify').status).toBe(0);
}, 180_000);

/** Spread over the whole log, and the same in each run. */
function everyNth(length: number, count: number): readonly number[] {
  const wanted = Math.min(count, Math.floor(length / 2));
  const step = Math.floor(length / wanted);
  return Array.from({ length: wanted }, (_, i) => ((i * 7919 + 13) % wanted) * step + (i % Math.min(7, step)));
}

function submit(dir: string, input: string) {
  return txlog(dir, 'submit', input, '--map', map, '--receipts', 'none');
}

/** What only looks, by its first words. */
const looking = /^(?:status|get|verify|state list|rescan --|sync diff)/;

function txlog(dir: string, ...args: readonly string[]) {
  if (looking.test(args.join(' '))) {
    const { code: status, stdout, stderr } = callCommand([...args, '--env', dir], { dir: folder, env: process.env });
    return { status, stdout, stderr };
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args, '--env', dir], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

function json(result: { readonly stdout: string; readonly stderr: string }) {
  expect(result.stderr).toBe('');
  return JSON.parse(result.stdout);
}

function states(dir: string): Map<string, unknown> {
  const { stdout } = txlog(dir, 'state', 'list', '--ndjson');
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return new Map(rows.map(({ key, value }) => [key, value]));
}

/** Feeds a load, piece by piece, until the log holds so many records; then one piece more, which is under way. */
async function feedUntil(load: ChildProcess, count: number): Promise<void> {
  const pieceLines = Math.ceil(count / 5);
  let sent = 0;
  const feed = () => {
    // Never all of it: however fast the load is, it does not reach its end.
    const end = Math.min(sent + pieceLines, lines.length - 1);
    for (; sent < end; sent++) load.stdin?.write(`${lines[sent]}\n`);
  };
  for (;;) {
    if (!load.stdin?.writableNeedDrain) feed();
    if (load.exitCode !== null) throw new Error(`the load ended by itself, with ${load.exitCode}`);
    // Between two looks what was written goes through the pipe.
    await pause(20);
    if (Number(json(txlog(env, 'status', '--json')).head.position) >= count) return feed();
  }
}
