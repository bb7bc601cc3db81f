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

it('reads what is longer than the terminal, and says that there is more', async () => {
  const { stdout, code } = await onTerminal('log', { PAGER: 'cat', TXLOG_PAGER: marking });
  const lines = linesOf(stdout);
  expect(lines.filter((line) => line.startsWith('read: '))).toHaveLength(100);
  expect([lines.at(-1), code]).toEqual(['the newest 100 are shown; -n N shows more, -n all shows all', 0]);
});

it.each<[string, string, NodeJS.ProcessEnv, number]>([
  ['what fits', 'log -n 3', { PAGER: marking }, 3],
  ['with --no-pager', 'log -n 50 --no-pager', { PAGER: marking }, 50],
  ['where PAGER is cat', 'log -n 50', { PAGER: 'cat' }, 50],
  ['where TXLOG_PAGER is empty', 'log -n 50', { PAGER: marking, TXLOG_PAGER: '' }, 50],
  ['on a dumb terminal', 'log -n 50', { PAGER: marking, TERM: 'dumb' }, 50],
])('does not read %s', async (_, line, env, count) => {
  const { stdout, code } = await onTerminal(line, env);
  expect({ count: linesOf(stdout).length, marked: stdout.includes('read: '), code }).toEqual({
    ...{ count, marked: false, code: 0 },
  });
});

it('ends with 0 when the pager is left', async () => {
  const { stdout, code } = await onTerminal('log -n all', { PAGER: 'head -n 2' });
  expect([linesOf(stdout).length, code]).toEqual([2, 0]);
});

it('loses nothing where the pager is not there', async () => {
  const { stdout, code } = await onTerminal('log -n 50', { PAGER: 'nosuchpager' });
  expect([linesOf(stdout).filter((line) => /^ +\d+ /.test(line)).length, code]).toEqual([50, 0]);
});

it('does not read in a pipe, nor is anything cut or left out there', () => {
  const { stdout } = shell.run(['log']);
  expect(stdout.trimEnd().split('\n')).toHaveLength(120);
  expect(stdout).not.toContain('…');
});
