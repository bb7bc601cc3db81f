// Goal: at a prompt each command does what it does on its own; Ctrl-C ends the command and not the prompt; what was typed
// is known the next time. Method: a pseudo-terminal, in which somebody types; and lines without a terminal.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { shellQuote } from '../../../src/text/shell-quote.ts';
import { Shell, Talk } from '../txlog.ts';

const bin = fileURLToPath(new URL('../../../bin/run.js', import.meta.url));
let shell: Shell;
beforeAll(() => {
  shell = new Shell();
});
afterAll(() => shell.remove());

async function seen(talk: Talk, text: string | RegExp): Promise<void> {
  const isSeen = () => (typeof text === 'string' ? talk.stdout.includes(text) : text.test(talk.stdout));
  while (!isSeen() && talk.child.exitCode === null)
    await Promise.race([new Promise((resolve) => talk.child.stdout?.once('data', resolve)), talk.ended]);
  expect(talk.stdout).toMatch(text);
}

it('a prompt runs what is typed, and goes on after Ctrl-C and after a failure', async () => {
  const env = { ...shell.env, TERM: 'xterm', CI: '', NO_COLOR: '1', XDG_STATE_HOME: shell.dir };
  const command = [process.execPath, bin, 'shell'].map(shellQuote).join(' ');
  const talk = new Talk(spawn('script', ['-qefc', `exec ${command}`, '/dev/null'], { cwd: shell.dir, env }));
  const type = (text: string) => talk.child.stdin?.write(text);
  await seen(talk, /txlog .*> /);
  type(`submit --id p-1 --type t --change 'set k {"a": 1}'\r`);
  await seen(talk, 'committed p-1 at position 1');
  type('get nosuch\r');
  await seen(talk, 'KEY_NOT_FOUND');
  type('log -f\r');
  await seen(talk, /p-1 +committed/);
  type('\u0003');
  // Only a prompt that is there again takes the next line.
  // More than one of them may hit the process that is just started for the next command.
  for (let i = 0; i < 3; i++) type('\u0003');
  type('get k -o csv\r');
  await seen(talk, 'k,shared');
  type('statu\t');
  await seen(talk, /status/);
  type('\u0015log count --by type --json\r');
  await seen(talk, '{"v":1,"items":[{"type":"t","count":1}]}');
  type('verif\t');
  await seen(talk, /verify/);
  type('\u0015half a line\u0003');
  type('exit\r');
  const { code } = await talk.ended;
  expect(code).toBe(0);
  expect(readFileSync(join(shell.dir, 'txlog/history'), 'utf8')).toContain('get nosuch\n');
});

it('a shell without a terminal runs lines up to the first that fails, and ends with its exit code', () => {
  const script = 'submit --id s-1 --type t --change "set s 1"\n\n# a comment\nget s --json\n';
  const done = shell.runAlone(['shell'], script);
  expect(done).toMatchObject({ code: 0, stdout: expect.stringMatching(/^committed s-1 .*\n\{"v":1,"key":"s"/) });
  const asJson = shell.runAlone(['shell', '-o', 'ndjson', '--read-only'], 'get s\nget s -q\nsubmit --type t\n');
  expect(asJson).toMatchObject({ code: 77, stdout: expect.stringMatching(/^\{"v":1,"key":"s".*\ns\n$/) });
  const failed = shell.runAlone(['shell'], 'get nosuch\nget s\n');
  expect(failed).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('KEY_NOT_FOUND') });
  const refused = shell.runAlone(['shell'], 'get s\nlog | cat\n');
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('line 2: | works only in a shell') });
});

it('a shell runs the app as its file is now, and what an editor prints is on stderr', () => {
  const app = (n: number) =>
    `export default { requests: { n: { decide: () => [{ op: 'set', key: 'n', value: ${n} }] } } };`;
  writeFileSync(join(shell.dir, 'n.mjs'), app(1));
  writeFileSync(join(shell.dir, 'next.mjs'), app(2));
  const lines = ['submit --type n', 'state edit n --reason x --yes', 'submit --type n', 'get n --json'];
  const { stdout, stderr } = spawnSync(process.execPath, [bin, 'shell'], {
    ...{ cwd: shell.dir, env: { ...shell.env, TXLOG_APP: 'n.mjs', EDITOR: 'echo drawn; cp next.mjs n.mjs #' } },
    ...{ input: `${lines.join('\n')}\n`, encoding: 'utf8' },
  });
  expect(stdout).toContain('"value":2');
  expect([stdout.includes('drawn'), stderr.includes('drawn')]).toEqual([false, true]);
});
