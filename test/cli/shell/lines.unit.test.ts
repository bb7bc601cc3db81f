// Goal: a line of the prompt is cut as a shell would cut it, or refused; a Tab offers what can follow; what was said
// to the shell holds for its lines; what was typed is kept for its user alone. Method: lines with their words; the commands
// that there are; files.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { completePrompt } from '../../../src/cli/shell/complete-prompt.ts';
import { addTyped, readTyped } from '../../../src/cli/shell/history.ts';
import { flagsOf, variablesOf, withFlags } from '../../../src/cli/shell/shell-settings.ts';
import { splitWords } from '../../../src/cli/shell/split-words.ts';
import type { ChosenEnvironment } from '../../../src/environment/choose-environment.ts';
import { xdgDir } from '../../../src/machine/xdg-dir.ts';
import { root } from '../../docs/pages.ts';

let files: string;
beforeAll(() => {
  files = mkdtempSync(join(tmpdir(), 'txlog-lines-'));
  mkdirSync(join(files, 'bin'));
  writeFileSync(join(files, 'bin/a b'), '');
  writeFileSync(join(files, 'big.ndjson'), '');
  writeFileSync(join(files, '.hidden'), '');
});
afterAll(() => rmSync(files, { recursive: true }));

it.each([
  ['', []],
  ['  # only words', []],
  ['log -n 3', ['log', '-n', '3']],
  ['txlog get k # why', ['get', 'k']],
  [`submit --change 'set k {"a": 1}'`, ['submit', '--change', 'set k {"a": 1}']],
  [`log --where "actor == \\"web\\""`, ['log', '--where', 'actor == "web"']],
  [`get a\\ b''c"d e"`, ['get', 'a bcd e']],
  [`log --where 'n > 5 && n < 7'`, ['log', '--where', 'n > 5 && n < 7']],
  ['get ""', ['get', '']],
])('the line %j is cut into the words %j', (line, words) => {
  expect(splitWords(line)).toEqual(words);
});

it.each(['log | cat', 'log > file', `get 'k`, 'a && b', 'work &'])('the line %j is refused', (line) => {
  expect(() => splitWords(line)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

it.each([
  ['sta', ['state ', 'status '], 'sta'],
  ['state l', ['list '], 'l'],
  ['txlog log c', ['count '], 'c'],
  ['log --wh', ['--where '], '--wh'],
  ['log -n 3 --status com', ['committed '], 'com'],
  ['log --status=com', ['--status=committed '], '--status=com'],
  ['submit bi', ['big.ndjson ', 'bin/'], 'bi'],
  ['submit bin/', ["'bin/a b' "], 'bin/'],
  ['nosuch', [], 'nosuch'],
  ["get 'half a", [], 'a'],
  ['log | ca', [], 'ca'],
])('a Tab after %j offers %j', async (line, next, last) => {
  const before = process.cwd();
  process.chdir(files);
  try {
    expect(await completePrompt(line, root)).toEqual([next, last]);
  } finally {
    process.chdir(before);
  }
});

const flags = { 'read-only': false, 'no-color': false, 'no-pager': false, time: 'local', progress: 'auto' } as const;
const plain = { env: '', verbose: false, wide: false, ...flags };

it('a shell passes the flags that it was given on to its commands, and nothing that it found by itself', () => {
  const variables = (origin: ChosenEnvironment['origin'], given = {}) =>
    variablesOf({ dir: 'd', origin, context: { name: 'prod', dir: 'd', protected: false } }, { ...flags, ...given });
  expect(variables('directory')).toEqual({ TXLOG_TIME: 'local' });
  expect(variables('current context')).toEqual({ TXLOG_TIME: 'local' });
  expect(variables('TXLOG_ENV')).toEqual({ TXLOG_TIME: 'local' });
  expect(variables('--env')).toEqual({ TXLOG_TIME: 'local', TXLOG_ENV: 'd' });
  expect(variables('--context')).toEqual({ TXLOG_TIME: 'local', TXLOG_ENV: '', TXLOG_CONTEXT: 'prod' });
  expect(variables('default', { 'read-only': true, 'no-color': true, 'no-pager': true, time: 'utc' })).toEqual({
    ...{ TXLOG_TIME: 'utc', TXLOG_READ_ONLY: '1', NO_COLOR: '1', TXLOG_PAGER: '' },
  });
});

it('flags of a shell stand before each line that does not have them itself', () => {
  const ofShell = flagsOf({ ...plain, json: true, verbose: true, progress: 'none' });
  expect(withFlags(['log'], ofShell)).toEqual(['--output=json', '--progress=none', '--verbose', 'log']);
  expect(withFlags(['log', '-q', '--progress=json'], ofShell)).toEqual(['--verbose', 'log', '-q', '--progress=json']);
  expect(withFlags(['--version'], ofShell)).toEqual(['--version']);
  expect(withFlags(['--env', 'e', 'get', 'k'], ofShell).slice(0, 2)).toEqual(['--output=json', '--progress=none']);
  expect(withFlags(['log', '--template', '{id}'], ofShell)).toEqual([
    ...['--progress=none', '--verbose', 'log', '--template', '{id}'],
  ]);
  expect(withFlags(['get', '--', '--progress'], ofShell)).toContain('--progress=none');
  expect(flagsOf(plain)).toEqual([]);
  expect(() => flagsOf({ ...plain, fields: 'id' })).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

it('lines that were typed come back newest first, also those of another prompt; a history that cannot be kept is told', () => {
  const file = join(files, 'a/b/history');
  expect(readTyped(file)).toEqual([]);
  for (const line of ['oldest', 'again', 'newest', 'again']) expect(addTyped(file, line)).toBeUndefined();
  expect(readTyped(file)).toEqual(['again', 'newest', 'oldest']);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(addTyped(join(files, 'big.ndjson/history'), 'x')).toBeTypeOf('string');
});

it('a history that has grown long is cut to what a prompt keeps', () => {
  const file = join(files, 'history');
  writeFileSync(file, Array.from({ length: 10_001 }, (_, i) => `line ${i}\n`).join(''), { mode: 0o600 });
  expect(readTyped(file)).toHaveLength(1_000);
  expect(readTyped(file)[0]).toBe('line 10000');
  expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(1_001);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('files of a user are where XDG says, if that is a whole path', () => {
  expect(xdgDir('state', { XDG_STATE_HOME: '/s' })).toBe('/s/txlog');
  expect(xdgDir('config', { XDG_CONFIG_HOME: 'relative' })).toBe(join(homedir(), '.config/txlog'));
  expect(xdgDir('state', {})).toBe(join(homedir(), '.local/state/txlog'));
});
