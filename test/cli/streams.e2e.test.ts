// Goal: stdout is data and nothing else, whatever users' code prints; and nobody has to listen to stderr: a command does
// its work and ends with its exit code all the same. Method: an app that talks; readers of stderr that are not there.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { additions, type Ended, Shell, Talk } from './txlog.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

let shell: Shell;
beforeAll(() => {
  shell = new Shell();
  const lines = [
    'console.log("log %s", 1);',
    'console.info("info");',
    'console.debug("debug");',
    'console.table([7]);',
  ];
  const app = `import { log } from 'node:console';
    ${lines.join(' ')}
    log('by name');
    const decide = () => { console.dir({ a: 1 }); console.group('group'); console.groupEnd(); return []; };
    const map = (line) => { console.log('line', line.id); return line; };
    export default { requests: { add: { decide } }, map };`;
  writeFileSync(join(shell.dir, 'talking.mjs'), app);
  writeFileSync(join(shell.dir, 'asked.ndjson'), '{"id":"a-1","type":"add"}\n');
  writeFileSync(join(shell.dir, 'more.ndjson'), additions(3));
});
afterAll(() => shell.remove());

describe('what an app module prints', () => {
  it.each([
    [
      ['submit', 'asked.ndjson', '--app', 'talking.mjs'],
      ['by name', 'line a-1', '{ a: 1 }', 'group'],
    ],
    [
      ['submit', '--type', 'add', '--id', 'one', '--app', 'talking.mjs', '--json'],
      ['by name', '{ a: 1 }'],
    ],
    [['submit', 'more.ndjson', '--map', 'talking.mjs', '--dry-run'], ['line add-0']],
    [['replay', '--with', 'talking.mjs', '--diff', '--json'], ['{ a: 1 }']],
    [['compensate', 'one', '--app', 'talking.mjs', '--json'], ['by name']],
    [['init', 'other', '--app', 'talking.mjs', '--json'], ['by name']],
  ])('goes to stderr: %j', (args, told) => {
    const { stdout, stderr } = shell.runAlone(args);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).v)).toEqual(lines.map(() => 1));
    for (const text of ['log 1', 'info', 'debug', '│', ...told]) expect(stderr).toContain(text);
  });
});

describe('a command ends as it always does with nobody at stderr', () => {
  const rows: readonly [readonly string[], number, RegExp][] = [
    [['get', 'nothing'], 3, /^$/],
    [['get', 'nothing', '--json', '--verbose'], 3, /^$/],
    [['nonsense'], 2, /^$/],
    [['submit', '--type', 't', '--change', 'steal k'], 2, /^$/],
    [['submit', '--type', 't', '--no-color', '--change', 'steal k'], 2, /^$/],
    [['submit', 'more.ndjson'], 0, /^(\{.*\}\n){3}$/],
    [['submit', 'more.ndjson', '--map', 'talking.mjs', '--keep-going'], 0, /^(\{.*\}\n){3}$/],
    [['submit', 'more.ndjson', '--ndjson'], 0, /^(\{.*\}\n){3}$/],
    [['rescan', '-O', 'records.ndjson'], 0, /^$/],
  ];

  it.each(rows)('because its reader went away: %j', async (args, code, stdout) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd: shell.dir, env: shell.env });
    child.stderr.destroy();
    child.stdin.end();
    expect(await new Talk(child).ended).toEqual({ code, stdout: expect.stringMatching(stdout), stderr: '' });
  });

  it.each(rows)('because its disk is full: %j', async (args, code, stdout) => {
    expect(await redirected(args, '2>/dev/full')).toEqual({ code, stdout: expect.stringMatching(stdout), stderr: '' });
  });

  it.each(rows)('because it is closed: %j', async (args, code, stdout) => {
    expect(await redirected(args, '2>&-')).toEqual({ code, stdout: expect.stringMatching(stdout), stderr: '' });
  });
});

function redirected(args: readonly string[], where: string): Promise<Ended> {
  const line = ['-c', `exec "$@" ${where}`, 'sh', process.execPath, bin, ...args];
  return new Talk(spawn('sh', line, { cwd: shell.dir, env: shell.env })).ended;
}
