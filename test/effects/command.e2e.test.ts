// Goal: a step that is a program gets what it needs, its outcome says what is known, and nothing outlives its time.
// Method: real programs, of Node and of the shell, in process groups of their own; files and pids tell what they did.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CommandCall, StepContext } from '../../src/core/app/saga-definition.ts';
import { systemEffects } from '../../src/effects/system-effects.ts';
import { contextOf, resultOf, verdicts } from './context.ts';

let dir: string;
let ready: string;

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'txlog-command-')));
  ready = join(dir, 'ready');
});

const seen: number[] = [];

afterEach(() => {
  // Only a test that failed leaves one.
  for (const pid of seen.splice(0)) if (!isGone(pid)) process.kill(pid, 'SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const run = (command: CommandCall, fields: Partial<StepContext> = {}) =>
  systemEffects().command(command, contextOf(fields));
const node = (script: string) => ({ argv: [process.execPath, '-e', script] });
const shell = (script: string, ...args: string[]) => ({
  argv: ['sh', '-c', script, 'sh', ...args],
  env: { READY: ready },
});
const echo = 'process.stdin.pipe(process.stdout)';
const name = basename(process.execPath);

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** The numbers of the processes that a script wrote into the file in $READY, one per line. */
async function pidsWhenReady(count: number): Promise<readonly number[]> {
  const lines = () => (existsSync(ready) ? readFileSync(ready, 'utf8').split('\n').slice(0, -1) : []);
  await until(() => lines().length === count);
  const pids = lines().map(Number);
  seen.push(...pids);
  return pids;
}

/** Not there, or dead and not buried. */
function isGone(pid: number): boolean {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return true;
  }
}

/** Runs a script whose time is over as soon as it is ready with `count` processes. */
async function cutShort(script: string, count: number) {
  const controller = new AbortController();
  const outcome = run(shell(script), { signal: controller.signal });
  const pids = await pidsWhenReady(count);
  controller.abort(new Error('its 30 s are over'));
  expect(await outcome).toEqual({ ...verdicts.unknown, error: 'its 30 s are over' });
  return pids;
}

it('a program is told what the step is told', async () => {
  const { saga, type, step, key, attempt, data, results } = contextOf();
  const told = { saga, type, step, key, attempt, data, results };
  expect(resultOf(await run(node(echo)))).toEqual(told);
  const error = 'no seats';
  expect(resultOf(await run(node(echo), { error }))).toEqual({ ...told, error });
  expect(resultOf(await run({ ...node(echo), input: { a: [1] } }))).toEqual({ a: [1] });
  expect(resultOf(await run({ ...node(echo), input: null }))).toBe(null);
});

it('a program gets its variables, arguments and directory, and no shell reads any of them', async () => {
  const script = 'console.log(JSON.stringify([process.env, process.cwd(), process.argv.slice(1)]))';
  const argv = [...node(script).argv, '$HOME; ls', '*'];
  const [env, cwd, args] = resultOf(
    await run({ argv, cwd: dir, env: { MINE: 'a b', TXLOG_KEY: 'not this' } }),
  ) as readonly [NodeJS.ProcessEnv, string, string[]];
  expect(env).toMatchObject({
    PATH: process.env.PATH,
    MINE: 'a b',
    TXLOG_SAGA: 'order-1',
    TXLOG_STEP: 'reserve',
    TXLOG_KEY: 'order-1/reserve',
  });
  expect([cwd, args]).toEqual([dir, ['$HOME; ls', '*']]);
});

it.each([
  ['JSON', '{"a":1}\n', { a: 1 }],
  ['JSON over several lines', '{\n  "a": 1\n}\n', { a: 1 }],
  ['lines of JSON', '{"a":1}\n\n2\r\n', [{ a: 1 }, 2]],
  ['text', '  two\nlines \n', 'two\nlines'],
  ['nothing', ' \n', null],
  ['a number that would be rounded', '12345678901234567890\n', '12345678901234567890'],
])('the output of a program is its result: %s', async (_what, text, result) => {
  expect(resultOf(await run(shell('printf %s "$1"', text)))).toEqual(result);
});

it.each([
  [1, verdicts.spoiled],
  [2, verdicts.refused],
  [3, verdicts.unknown],
  [65, verdicts.refused],
  [75, verdicts.unknown],
  [127, verdicts.refused],
])('the exit code %d of a program is read as what it means', async (code, verdict) => {
  const outcome = await run(shell(`echo ' why ' >&2; echo out; exit ${code}`));
  expect(outcome).toEqual({ ...verdict, error: `sh: exit ${code}: why` });
});

it('the exit codes that the call names are permanent, too', async () => {
  const call = { ...shell('exit 42'), permanent: [42] };
  expect(await run(call)).toEqual({ ...verdicts.refused, error: 'sh: exit 42' });
});

it('the error of a program shows the last 300 characters of its stderr', async () => {
  const outcome = await run(node(`process.stderr.write('é'.repeat(100000)); process.exitCode = 3`));
  expect(outcome).toEqual({ ...verdicts.unknown, error: `${name}: exit 3: ${'é'.repeat(300)}` });
});

it('a program that a signal ended may have done its work', async () => {
  expect(await run(shell('kill -9 $$'))).toEqual({ ...verdicts.unknown, error: 'sh: ended by SIGKILL' });
});

it('a program that reads nothing of its input succeeds', async () => {
  const input = 'x'.repeat(1_000_000);
  expect(resultOf(await run({ ...shell('exec <&-; echo 1'), input }))).toBe(1);
});

it('a program that writes more than a value may hold is ended', async () => {
  const outcome = await run(shell('echo $$ > "$READY"; exec yes'));
  const error = 'sh: the result is over the limit of 1048576 bytes';
  expect(outcome).toEqual({ ...verdicts.spoiled, error });
  const [pid = 0] = await pidsWhenReady(1);
  await until(() => isGone(pid));
});

it('a program that cannot be started fails for good', async () => {
  const there = join(dir, 'not-a-program');
  writeFileSync(there, 'text');
  chmodSync(there, 0o644);
  const cases: [CommandCall, string][] = [
    [{ argv: ['no-such-program-of-all'] }, 'no-such-program-of-all: not started: there is no such program'],
    [{ argv: [there] }, 'not-a-program: not started: it may not be run'],
    [{ ...shell('true'), cwd: join(dir, 'nowhere') }, 'sh: not started: there is no such program, interpreter or work'],
    [{ argv: [] }, 'command: not started: '],
    [{ argv: ['sh', 'a\0b'] }, 'sh: not started: '],
    [{ argv: ['sh', 'x'.repeat(4_000_000)] }, 'sh: not started: '],
    [{ ...shell('true'), input: [Number.NaN] }, 'sh: input[0]: NaN is not a JSON number'],
  ];
  for (const [call, error] of cases) {
    const outcome = await run(call);
    expect(outcome).toMatchObject(verdicts.refused);
    expect(outcome).toHaveProperty('error', expect.stringContaining(error));
  }
});

it('a program and all that it started are ended when its time is over', async () => {
  const pids = await cutShort('sleep 600 & echo $! >> "$READY"; echo $$ >> "$READY"; wait', 2);
  await until(() => pids.every(isGone));
});

it('a program may end in order within 2 s of its SIGTERM', async () => {
  const bye = join(dir, 'bye');
  const script = `trap 'echo bye > ${bye}; exit' TERM; echo $$ > "$READY"; while :; do sleep 0.01; done`;
  await cutShort(script, 1);
  await until(() => existsSync(bye));
});

it('a program that ignores the SIGTERM, or outlives its parent, is killed', async () => {
  const stubborn = `trap '' TERM; (while :; do sleep 0.05; done) & echo $! >> "$READY"`;
  const both = await cutShort(`${stubborn}; echo $$ >> "$READY"; while :; do sleep 0.05; done`, 2);
  await until(() => both.every(isGone));
  rmSync(ready);
  // The parent ends at once; the child closes all that it had of it.
  const child = `sh -c 'trap "" TERM; echo $$ >> "$READY"; while :; do sleep 0.05; done' < /dev/null > /dev/null 2>&1 &`;
  const orphans = await cutShort(`${child} echo $$ >> "$READY"; wait`, 2);
  await until(() => orphans.every(isGone));
});

it('a program is done when the children that hold its stdout are, until its time is over', async () => {
  const late = await run(shell('(sleep 0.2; echo 2) & echo 1'));
  expect(resultOf(late)).toEqual([1, 2]);
  const [pid = 0] = await cutShort('sleep 600 & echo $! > "$READY"; exit 0', 1);
  await until(() => isGone(pid));
});

it('a child that does not hold stdout is left alone', async () => {
  const outcome = await run(shell('sleep 600 < /dev/null > /dev/null 2>&1 & echo $!'));
  const pid = Number(resultOf(outcome));
  expect(isGone(pid)).toBe(false);
  process.kill(pid, 'SIGKILL');
});

it('no program is started when the signal aborted before', async () => {
  const signal = AbortSignal.abort(new Error('the worker stops'));
  const outcome = await run(shell('echo 1 > "$READY"'), { signal });
  expect(outcome).toEqual({ ...verdicts.unsent, error: 'the worker stops' });
  expect(existsSync(ready)).toBe(false);
});

it('no program is left behind when its own process ends first', async () => {
  const module = fileURLToPath(new URL('./left-behind.ts', import.meta.url));
  const script = 'sleep 600 & echo $! >> "$READY"; echo $$ >> "$READY"; wait';
  const worker = spawn(process.execPath, ['--import', 'tsx', module, script], {
    env: { ...process.env, READY: ready },
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const pids = await pidsWhenReady(2);
  worker.stdin.end('now');
  expect(await once(worker, 'exit')).toEqual([7, null]);
  await until(() => pids.every(isGone));
});

it('output that is not UTF-8 is no result: different bytes would be one text', async () => {
  expect(await run(shell("printf '\\377'"))).toEqual({
    ...verdicts.spoiled,
    error: 'sh: its output is not valid UTF-8',
  });
});
