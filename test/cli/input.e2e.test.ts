// Goal: whatever stands on a command line, in its variables, its files and around it, is taken for what it is, or refused
// in one line with a code; Node and the system never speak themselves.
// Method: the built command line, run with bytes, lengths, names, homes and places that are out of the ordinary.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, Shell } from './txlog.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
let shell: Shell;

beforeAll(() => {
  shell = new Shell();
});
afterAll(() => shell.remove());

/** Runs a script of bash in which `txlog` is the built command line. */
function bash(script: string): Ended {
  const begin = `txlog() { "${process.execPath}" "${bin}" "$@"; }\n`;
  const options = { cwd: shell.dir, env: shell.env, encoding: 'utf8' } as const;
  const { stdout, stderr, status } = spawnSync('bash', ['-c', begin + script], options);
  return { stdout, stderr, code: status };
}

describe('bytes that are not UTF-8', () => {
  it.each([
    ['an id, on the short way', `txlog submit --type t --id $'r-\\xff' --json`],
    ['an id, on the long way', `txlog submit --type t --id $'r-\\xff' --json --dry-run`],
    ['a key', `txlog get $'k\\xff' --json`],
    ['a file', `txlog submit $'k\\xff' --json`],
    ['a variable', `TXLOG_ENV=$'e\\xff' txlog status --json`],
    ['a home', `HOME=$'h\\xff' XDG_CONFIG_HOME= txlog context list --json`],
    ['a directory of contexts', `XDG_CONFIG_HOME=$PWD/$'h\\xff' txlog context list --json`],
    ['a working directory', `mkdir -p $'d\\xff'; cd $'d\\xff'; txlog init --json`],
    ['an id in a pipe', `printf 's\\n\\xff\\n' | txlog session unpark - --json`],
    ['a plan', `printf '{"a":"\\xff"}' > plan.json; txlog compensate --apply plan.json --yes --json`],
    ['a file of data', `printf '"\\xff"' > data.json; txlog submit --type t --data @data.json --json`],
  ])('are refused in %s', (_, script) => {
    const { stdout, stderr, code } = bash(script);
    expect({ stdout, code }).toEqual({ stdout: '', code: 65 });
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'UTF8_INVALID', exit: 65 } });
  });

  it('are no reason to refuse U+FFFD, which stands for them elsewhere, where someone wrote it', () => {
    const { stdout, code } = shell.runAlone([
      'submit',
      '--type',
      't',
      '--id',
      'r-\ufffd',
      '--change',
      'add n 1',
      '--json',
    ]);
    expect({ code, id: JSON.parse(stdout).id }).toEqual({ code: 0, id: 'r-\ufffd' });
  });

  it('are refused in the config of an environment', () => {
    expect(
      bash(`txlog init --env c; printf '{"app":"\\xff"}' > c/config.json; txlog submit --type t --env c`),
    ).toMatchObject({
      code: 65,
      stderr: expect.stringContaining('UTF8_INVALID'),
    });
  });
});

const inherited = ['toString', 'constructor', '__proto__'];

it.each(inherited)('the inherited name %s is neither a flag nor a command', (name) => {
  for (const args of [['status', `--${name}`], ['status', `--no-${name}`], [name]])
    expect(shell.run(args), args.join(' ')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('USAGE: there is no'),
    });
});

describe('a number of any size', () => {
  it.each([
    ['--limit', ['state', 'list', '--limit', '9'.repeat(30)]],
    ['--from', ['log', '--from', '1e3']],
    ['--timeout', ['wait', 'x', '--timeout', '999999999999y']],
  ])('is checked against the range of its flag: %s', (flag, args) => {
    const { code, stderr } = shell.run(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`USAGE: ${flag} is a .*(?:to|on)\\b.*not `));
  });
});

it.each([
  ['a command', (x: string) => [x]],
  ['an environment', (x: string) => ['status', '--env', x]],
  ['an id', (x: string) => ['wait', x]],
])('the error about %s of 5,000 characters is short', (_, args) => {
  const { code, stderr } = shell.run(args('x'.repeat(5_000)));
  expect([2, 3, 66, 78]).toContain(code);
  expect(stderr.length).toBeLessThan(1_500);
});

describe('what surrounds a command', () => {
  it.each([
    ['a home that is a file', 'HOME=/etc/passwd'],
    ['no home', '-u HOME'],
    ['directories of the desktop that are files', 'XDG_DATA_HOME=/etc/passwd XDG_CONFIG_HOME=/etc/passwd'],
    ['no directory for temporary files', 'TMPDIR=/nowhere'],
    ['no terminal and no language', '-u TERM LC_ALL=C'],
  ])('a command works all the same with %s', (_, variables) => {
    const { stdout, stderr, code } = bash(`env ${variables} "${process.execPath}" "${bin}" status --json`);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(JSON.parse(stdout)).toMatchObject({ v: 1 });
  });

  it.each([
    ['neither home nor shell', '-u HOME -u SHELL'],
    ['no shell, as in a container', '-u SHELL HOME=/'],
  ])('a command works for a user whom the system does not know, with %s', (_, variables) => {
    const run = (words: string) =>
      bash(`unshare --user --map-user=12345 env ${variables} "${process.execPath}" "${bin}" ${words}`);
    expect(run('status --json')).toMatchObject({ stderr: '', code: 0 });
    expect(run('submit --type t --change "add n 1" -q')).toMatchObject({ stderr: '', code: 0 });
    expect(run('context list --json')).toMatchObject({ stderr: '', code: 0 });
    expect(run('__complete get ""')).toMatchObject({ code: 0, stdout: expect.stringContaining('n') });
  });

  it('a plugin in a home directory is not run', () => {
    const plugin = join(shell.dir, 'home', '.local', 'share', 'txlog');
    mkdirSync(plugin, { recursive: true });
    writeFileSync(
      join(plugin, 'package.json'),
      JSON.stringify({ oclif: { plugins: [{ name: 'mine', type: 'user' }] } }),
    );
    const { stderr } = bash(`HOME="$PWD/home" txlog status --json`);
    expect(stderr).toBe('');
  });

  it('a working directory that is gone is an error only where it is needed', () => {
    const gone = (command: string) => bash(`mkdir gone; cd gone; rmdir ../gone; ${command}`);
    const { stderr, code } = gone('txlog status --json');
    expect({ code, error: JSON.parse(stderr).error.code }).toEqual({ code: 66, error: 'ENV_NOT_FOUND' });
    expect(gone(`txlog status --json --env "${join(shell.dir, 'env')}"`)).toMatchObject({ stderr: '', code: 0 });
  });

  it('a command whose streams are closed ends with its own exit code', () => {
    expect(bash('txlog submit - <&-')).toMatchObject({ code: 66, stderr: expect.stringContaining('INPUT_EMPTY') });
    expect(bash('txlog nosuch 2>&-')).toMatchObject({ code: 2 });
    expect(bash('txlog submit --type t --change "add n 1" <&- >&- 2>&-')).toMatchObject({ code: 0 });
  });
});

it.each<[string, string, (place: string) => readonly string[], number]>([
  ['an environment', '/proc/x', (place) => ['init', '--env', place], 78],
  ['an input', 'loop', (place) => ['submit', `${place}/in`], 66],
  ['an output', 'file/x', (place) => ['rescan', '-O', `${place}/out`], 74],
  ['an app', 'dangling', (place) => ['work', '--once', '--app', `${place}/app.js`], 78],
])('an impossible path is told in words, with a code and what to do: of %s', (_, place, args, exit) => {
  writeFileSync(join(shell.dir, 'file'), '');
  const links = ['loop', 'dangling'].filter((name) => !readdirSync(shell.dir).includes(name));
  for (const link of links) symlinkSync(link === 'loop' ? 'loop' : 'nowhere', join(shell.dir, link));
  const { code, stderr } = shell.run(args(place));
  expect(code, stderr).toBe(exit);
  expect(stderr).toContain('\n  next: ');
  expect(stderr).not.toMatch(/BUG|\bE[A-Z]{4,}\b:|, (open|mkdir|stat)/);
});
