// Goal: a worker ends as it is told to, and a shell that waits hears at once. Method: real processes; signals; what is
// left in the environment afterwards.
import { spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { shellWord } from '../../../src/core/base/shell-word.ts';
import { Shell, type Talk } from '../txlog.ts';

const bin = fileURLToPath(new URL('../../../bin/run.js', import.meta.url));

let shell: Shell;
beforeEach(() => {
  shell = new Shell();
  const advisor = `({ data: [ms], step, signal }) => new Promise((resolve) => {
    const answer = () => resolve(step === 0 && ms > 1 ? { op: 'append', data: 1 } : { op: 'remove' });
    setTimeout(answer, ms);
    if (ms > 10_000) signal.addEventListener('abort', answer);
  })`;
  writeFileSync(join(shell.dir, 'app.mjs'), `export default { themes: { slow: { advisor: ${advisor} } } };`);
});
afterEach(() => shell.remove());

function make(id: string, ms: number): void {
  expect(shell.run(['session', 'new', 'slow', '--id', id, '--data', String(ms), '-q']).code).toBe(0);
}

/** Resolves once the log has a line with this event. */
async function heard(talk: Talk, event: string): Promise<void> {
  while (!talk.stderr.includes(`"event":"${event}"`)) {
    await new Promise((resolve) => talk.child.stderr?.once('data', resolve));
  }
}

const shellWords = (args: readonly string[]) => [process.execPath, bin, ...args].map(shellWord).join(' ');

const status = (id: string) => JSON.parse(shell.run(['session', 'show', id, '--json']).stdout).status;

it('a worker drains on SIGTERM: the turn that runs ends or is stored, nothing stays led, and the exit code is 143', async () => {
  // Both are there before the worker, which has one place: no process has to be faster than the turn.
  make('a', 2_000);
  make('b', 1);
  const worker = shell.start(['work', '--app', 'app.mjs', '-c', '1', '--json']);
  await heard(worker, 'led');
  worker.child.kill('SIGTERM');
  const { code, stdout, stderr } = await worker.ended;
  expect(code).toBe(143);
  expect(JSON.parse(stdout)).toMatchObject({ turns: 1 });
  expect(stderr).toContain('"event":"draining"');
  expect(stderr.trim().split('\n').at(-1)).toContain('"event":"stopped"');
  expect(['stored', 'removed']).toContain(status('a'));
  expect(status('b')).toBe('ready');
});

it('a worker stops at once on the second signal, and stores what it led', async () => {
  make('a', 60_000);
  const worker = shell.start(['work', '--app', 'app.mjs', '--json']);
  await heard(worker, 'led');
  worker.child.kill('SIGINT');
  await heard(worker, 'draining');
  worker.child.kill('SIGINT');
  expect((await worker.ended).code).toBe(130);
  expect(status('a')).toBe('stored');
});

it('a worker stops with 69 when the disk takes no more, and another worker goes on where it was', async () => {
  const count = `({ data: [n] }) => (n < 1_000 ? { op: 'replace', data: n + 1 } : { op: 'remove' })`;
  writeFileSync(join(shell.dir, 'count.mjs'), `export default { themes: { count: { advisor: ${count} } } };`);
  expect(shell.run(['session', 'new', 'count', '--id', 'a', '--data', '1', '-q']).code).toBe(0);
  // The data file may grow by a few pages only: writing more is an error of the disk. Units: blocks of 512 bytes.
  const blocks = Math.ceil(statSync(join(shell.dir, 'env/g1/data.mdb')).size / 512) + 64;
  const args = shellWords(['work', '--app', 'count.mjs', '--json']);
  const {
    stdout,
    stderr,
    status: code,
  } = spawnSync('sh', ['-c', `trap '' XFSZ; ulimit -f ${blocks}; exec ${args}`], {
    ...{ cwd: shell.dir, env: shell.env, encoding: 'utf8', timeout: 50_000 },
  });
  expect(code).toBe(69);
  expect(JSON.parse(stdout)).toMatchObject({ removed: 0, emergency: { code: 'EMERGENCY_STOP' } });
  expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({ event: 'stopped', level: 'error' });
  expect(shell.run(['work', '--app', 'count.mjs', '--until-empty', '-q']).code).toBe(0);
  expect(status('a')).toBe('removed');
  expect(shell.run(['verify']).code).toBe(0);
});

it('a worker that is idle leads what another process makes', async () => {
  const worker = shell.start(['work', '--app', 'app.mjs', '--json']);
  await heard(worker, 'started');
  make('a', 1);
  expect(shell.run(['wait', 'a', '--timeout', '60s']).stdout).toMatch(/^removed a at position \d+\n$/);
  worker.child.kill('SIGTERM');
  expect((await worker.ended).code).toBe(143);
});

it('a worker decides what is queued, and a shell that waits gets the receipt', async () => {
  const worker = shell.start(['work', '--theme', 'request/add', '--json']);
  await heard(worker, 'started');
  const args = ['--type', 'add', '--id', 'r-1', '--change', 'add n 1', '--wait', '60s', '--json'];
  const { stdout, code } = shell.run(['submit', '--async', ...args]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ id: 'r-1', outcome: 'committed', duplicate: false });
  worker.child.kill('SIGTERM');
  await worker.ended;
});

it('a shell that waits for a session to lead gets it once it is there', async () => {
  const lead = shell.start(['session', 'lead', 'slow', '--wait', '60s', '--json']);
  make('a', 1);
  const { stdout, code } = await lead.ended;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ session: 'a', epoch: 1, status: 'active', data: [1] });
});

it('a shell that waited in vain for a session ends with 5, and leaves no lease behind', () => {
  const { stdout, code } = shell.run(['session', 'lead', 'slow', '--wait', '50ms', '--json']);
  expect(code).toBe(5);
  expect(JSON.parse(stdout)).toEqual({ v: 1, session: null });
});

it('many requests are queued in the order of their lines', () => {
  const lines = Array.from({ length: 2_500 }, (_, i) => `{"id":"r-${i}","type":"add","changes":[]}\n`);
  const { stdout, code } = shell.run(['submit', '-', '--async', '--order', 'k', '--progress', 'none'], lines.join(''));
  expect(code).toBe(0);
  const accepted = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(accepted.map(({ id }) => id)).toEqual(lines.map((_, i) => `r-${i}`));
  expect(accepted.map(({ position }) => Number(position))).toEqual(lines.map((_, i) => i + 1));
  const { ready, behind } = JSON.parse(shell.run(['queue', 'show', 'request/add', '--json']).stdout);
  expect({ ready, behind }).toEqual({ ready: 1, behind: 2_499 });
});
