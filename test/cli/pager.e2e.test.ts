// Goal: on a terminal a long answer is read through a pager, and nowhere else; leaving it is no failure, and nothing is lost
// where it is not there. Method: `script` gives a terminal of ten rows; the pager is a program that marks what it gets.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { additions, type Ended, Shell, Talk } from './txlog.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

let shell: Shell;
beforeAll(() => {
  shell = new Shell();
  writeFileSync(join(shell.dir, 'more.ndjson'), additions(120));
  shell.run(['submit', 'more.ndjson', '--receipts', 'none']);
  const value = 'x'.repeat(40_000);
  const large = Array.from({ length: 60 }, (_, i) => ({ type: 't', changes: [{ op: 'set', key: `l/${i}`, value }] }));
  writeFileSync(join(shell.dir, 'large.ndjson'), large.map((request) => `${JSON.stringify(request)}\n`).join(''));
  shell.run(['init', '--env', 'large']);
  shell.run(['submit', 'large.ndjson', '--receipts', 'none', '--env', 'large']);
});
afterAll(() => shell.remove());

function onTerminal(line: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  const command = `stty rows 10 cols 80; '${process.execPath}' '${bin}' ${line}`;
  const given = {
    ...shell.env,
    TERM: 'xterm',
    CI: '',
    NO_COLOR: '1',
    TXLOG_PAGER: undefined,
    PAGER: undefined,
    ...env,
  };
  return new Talk(spawn('script', ['-qefc', command, '/dev/null'], { cwd: shell.dir, env: given })).ended;
}

const linesOf = (text: string) => text.split('\r\n').filter((line) => line !== '');
const marking = "sed 's/^/read: /'";

it('the pager reads an answer that is longer than the terminal, and the answer says that there is more', async () => {
  const { stdout, code } = await onTerminal('log', { PAGER: 'cat', TXLOG_PAGER: marking });
  const lines = linesOf(stdout);
  expect(lines.filter((line) => line.startsWith('read: '))).toHaveLength(100);
  expect([lines.at(-1), code]).toEqual(['the newest 100 are shown; -n N shows more, -n all shows all', 0]);
});

it.each(['submit --help', 'help submit'])('the pager reads the help of a command: %s', async (line) => {
  const { stdout, code } = await onTerminal(line, { PAGER: marking });
  const lines = linesOf(stdout);
  expect([lines.filter((one) => !one.startsWith('read: ')), code]).toEqual([[], 0]);
  expect(lines).toContain('read: USAGE');
});

it.each<[string, string, NodeJS.ProcessEnv, number]>([
  ['what fits', 'log -n 3', { PAGER: marking }, 3],
  ['with --no-pager', 'log -n 50 --no-pager', { PAGER: marking }, 50],
  ['where PAGER is cat', 'log -n 50', { PAGER: 'cat' }, 50],
  ['where TXLOG_PAGER is empty', 'log -n 50', { PAGER: marking, TXLOG_PAGER: '' }, 50],
  ['on a dumb terminal', 'log -n 50', { PAGER: marking, TERM: 'dumb' }, 50],
])('the pager does not read %s', async (_, line, env, count) => {
  const { stdout, code } = await onTerminal(line, env);
  expect({ count: linesOf(stdout).length, marked: stdout.includes('read: '), code }).toEqual({
    ...{ count, marked: false, code: 0 },
  });
});

it('a command ends with 0 when its pager is left', async () => {
  const { stdout, code } = await onTerminal('log -n all', { PAGER: 'head -n 2' });
  expect([linesOf(stdout).length, code]).toEqual([2, 0]);
});

it('a command ends with 0 when its pager is left before a long list has reached it', async () => {
  const { stdout, code } = await onTerminal('log --env large -o ndjson', { PAGER: 'head -n 2' });
  expect([linesOf(stdout).map((line) => line.slice(0, 22)), code]).toEqual([
    ['{"v":1,"position":"1",', '{"v":1,"position":"2",'],
    0,
  ]);
});

it('the exit code tells what a command found, also when its pager is left', async () => {
  const value = JSON.stringify(Array.from({ length: 99 }, (_, i) => i));
  shell.run(['submit', '--type', 't', '--change', `set k ${value}`, '--env', 'large']);
  const { code } = await onTerminal('state diff k --as-of 1 --env large', { PAGER: 'head -n 2' });
  expect(code).toBe(1);
});

it('an answer loses nothing where the pager is not there', async () => {
  const { stdout, code } = await onTerminal('log -n 50', { PAGER: 'nosuchpager' });
  expect([linesOf(stdout).filter((line) => /^ +\d+ /.test(line)).length, code]).toEqual([50, 0]);
});

it('a long list loses nothing where the pager is not there', async () => {
  const { stdout, code } = await onTerminal('log --env large -o ndjson', { PAGER: 'nosuchpager' });
  const positions = linesOf(stdout).flatMap((line) => /^{"v":1,"position":"(\d+)"/.exec(line)?.[1] ?? []);
  expect([positions, code]).toEqual([Array.from({ length: positions.length }, (_, i) => String(i + 1)), 0]);
  expect(positions.length).toBeGreaterThanOrEqual(60);
});

it('a log that is followed from a place on is all there, and not read by a pager', async () => {
  const command = `stty rows 10 cols 80; exec '${process.execPath}' '${bin}' log -f --from 1`;
  const env = { ...shell.env, TERM: 'xterm', CI: '', NO_COLOR: '1', PAGER: marking };
  const talk = new Talk(spawn('script', ['-qefc', command, '/dev/null'], { cwd: shell.dir, env }));
  while (!/\n *120 /.test(talk.stdout) && talk.child.exitCode === null)
    await Promise.race([new Promise((resolve) => talk.child.stdout?.once('data', resolve)), talk.ended]);
  talk.child.stdin?.write('\u0003');
  const { stdout } = await talk.ended;
  expect(linesOf(stdout).filter((line) => /^ *\d+ /.test(line))).toHaveLength(120);
  expect(stdout).not.toContain('read: ');
});

it('an answer in a pipe is not read by a pager, and nothing of it is cut or left out', () => {
  const { stdout } = shell.run(['log']);
  expect(stdout.trimEnd().split('\n')).toHaveLength(120);
  expect(stdout).not.toContain('…');
});
