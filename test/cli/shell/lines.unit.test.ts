// Goal: a line of the prompt is cut as a shell would cut it, or refused; a Tab offers what can follow; what was typed is
// kept for its user alone. Method: lines with their words; a small set of commands; files.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { completePrompt } from '../../../src/cli/shell/complete-line.ts';
import { readTyped, writeTyped } from '../../../src/cli/shell/history.ts';
import { splitWords } from '../../../src/cli/shell/split-words.ts';

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
])('%j has the words %j', (line, words) => {
  expect(splitWords(line)).toEqual(words);
});

it.each(['log | cat', 'log > file', `get 'k`, 'a && b', 'work &'])('%j is refused', (line) => {
  expect(() => splitWords(line)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

const commands = [
  { words: 'log', flags: ['where', 'type'] },
  { words: 'log count', flags: ['by', 'type'] },
  { words: 'status', flags: ['json'] },
  { words: 'state get', flags: [] },
  { words: 'state list', flags: ['limit'] },
];

it.each([
  ['st', ['state ', 'status '], 'st'],
  ['state ', ['get ', 'list '], ''],
  ['state l', ['list '], 'l'],
  ['txlog log c', ['count '], 'c'],
  ['log --t', ['--type '], '--t'],
  ['log count --', ['--by ', '--type '], '--'],
  ['nosuch', [], 'nosuch'],
])('%j goes on with %j', (line, next, last) => {
  expect(completePrompt(line, commands)).toEqual([next, last]);
});

it('what was typed comes back newest first, for its user alone; a file that cannot be is told', () => {
  const dir = mkdtempSync(join(tmpdir(), 'txlog-history-'));
  try {
    const file = join(dir, 'a/b/history');
    expect(readTyped(file)).toEqual([]);
    expect(writeTyped(file, ['newest', 'oldest'])).toBeUndefined();
    expect(readTyped(file)).toEqual(['newest', 'oldest']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(join(dir, 'plain'), '');
    expect(writeTyped(join(dir, 'plain/history'), ['x'])).toBeTypeOf('string');
  } finally {
    rmSync(dir, { recursive: true });
  }
});
