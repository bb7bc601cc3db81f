// Goal: the checkpoints of a busy process are made by another one, at most one for an environment; whichever of them dies,
// nothing is lost, the other goes on or ends, and nothing stays behind. Method: real submitters with a short tail, whose process
// for checkpoints is found by the file that names it, and killed.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isCheckpointerAlive } from '../../src/environment/checkpointer-file.ts';
import { openEnvironment } from '../../src/index.ts';
import { readDigits } from '../../src/machine/process-name.ts';
import { ScriptProcess } from './script-process.ts';

const submitter = fileURLToPath(new URL('submitter.mjs', import.meta.url));
const txlog = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const bound = 200;

let dir: string;
const running: ScriptProcess[] = [];
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'txlog-checkpoints-')), 'env');
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.kill()));
  await gone();
  rmSync(join(dir, '..'), { recursive: true, force: true });
});

function submit(name: string, count?: number): ScriptProcess {
  const started = new ScriptProcess(submitter, [JSON.stringify({ dir, name, count, bound, journal: true })]);
  running.push(started);
  return started;
}

/** The process that makes the checkpoints, while it lives. */
function helper(): number | undefined {
  if (!isCheckpointerAlive(join(dir, 'g1'))) return undefined;
  return readDigits(readFileSync(join(dir, 'g1', 'checkpointer'), 'latin1'))?.pid;
}

/** The end of the log, how far the indexes hold it, and what in them is not as the log says. */
async function look() {
  const env = await openEnvironment(dir, { readOnly: true });
  try {
    const { problems } = await env.rescanVerify();
    const watermark = await env.read(({ view }) => view.watermark);
    return { head: (await env.head()).position, watermark, problems };
  } finally {
    await env.close();
  }
}

async function helperOf(busy: ScriptProcess): Promise<number> {
  await busy.printed(bound);
  const found = () => helper() ?? expect.fail('nobody makes checkpoints');
  return vi.waitFor(found, { timeout: 20_000, interval: 5 });
}

/** Whether anybody is named as who makes checkpoints, until a process has ended. */
async function seesName({ ended }: ScriptProcess): Promise<boolean> {
  let isNamed = false;
  const watch = setInterval(() => {
    isNamed ||= existsSync(join(dir, 'g1', 'checkpointer'));
  }, 2);
  await ended;
  clearInterval(watch);
  return isNamed;
}

/** Whether a process is there, and not only its exit code. */
function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

const gone = () => vi.waitFor(() => expect(helper()).toBeUndefined(), { timeout: 20_000, interval: 5 });

it('another process makes the checkpoints of a busy one, and ends with it', async () => {
  const busy = submit('a', 2_000);
  const pid = await helperOf(busy);
  expect(pid).not.toBe(busy.child.pid);
  await busy.done();
  expect(helper()).toBeUndefined();
  expect(await look()).toMatchObject({ head: 2_000, problems: [] });
});

it('ends when the process that asked for it was killed, and leaves nothing undone', async () => {
  const busy = submit('a');
  const pid = await helperOf(busy);
  await busy.kill();
  const shown = busy.lines.length;
  await gone();
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 20_000 });
  const { head, problems } = await look();
  expect(head).toBeGreaterThanOrEqual(shown);
  expect(problems).toEqual([]);
});

it('may be killed: the busy process goes on, and makes its checkpoints itself', async () => {
  const busy = submit('a', 2_000);
  const pid = await helperOf(busy);
  process.kill(pid, 'SIGKILL');
  await busy.done();
  const { head, watermark, problems } = await look();
  expect(head).toBe(2_000);
  expect(watermark).toBeGreaterThanOrEqual(2_000 - 2 * bound);
  expect(problems).toEqual([]);
});

it('is one for all processes of an environment', async () => {
  const two = [submit('a', 1_500), submit('b', 1_500)];
  const pids = new Set<number>();
  const watch = setInterval(() => {
    const pid = helper();
    if (pid !== undefined) pids.add(pid);
  }, 5);
  await Promise.all(two.map((one) => one.done()));
  clearInterval(watch);
  expect(pids.size).toBeGreaterThan(0);
  expect(pids.size).toBeLessThanOrEqual(2);
  expect(await look()).toMatchObject({ head: 3_000, problems: [] });
});

it('is not there where it is not wanted', async () => {
  const options = { dir, name: 'a', count: 2_000, bound, journal: true, checkpointProcess: false };
  const busy = new ScriptProcess(submitter, [JSON.stringify(options)]);
  running.push(busy);
  expect(await seesName(busy)).toBe(false);
  expect(await look()).toMatchObject({ head: 2_000, problems: [] });
});

it('is not asked for by a dry run, which writes elsewhere', async () => {
  await (await openEnvironment(dir, { create: true })).close();
  const lines = Array.from(
    { length: 20_000 },
    (_, n) => `{"id":"r-${n}","type":"t","changes":[{"op":"add","key":"n","value":1}]}\n`,
  );
  const load = join(dir, '..', 'load.ndjson');
  writeFileSync(load, lines.join(''));
  const trying = new ScriptProcess(txlog, ['submit', load, '--dry-run', '--receipts', 'none', '--env', dir]);
  running.push(trying);
  expect(await seesName(trying)).toBe(false);
  expect((await trying.ended).errors).toContain('20,000');
});
