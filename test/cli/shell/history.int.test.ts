// Goal: the history of a prompt is cut without a word to what lies beside it. Method: a file of many lines, beside one that a
// process of the same number, in another container, writes at this moment.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readTyped } from '../../../src/cli/shell/history.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'txlog-history-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

it('a long history is cut to its newest lines, and takes no name that another container may use', () => {
  const file = join(dir, 'history');
  const others = `${file}.${process.pid}`;
  writeFileSync(others, 'half of it');
  writeFileSync(file, Array.from({ length: 10_001 }, (_, i) => `get k/${i}\n`).join(''));
  expect(readTyped(file)).toHaveLength(1_000);
  expect(readFileSync(file, 'utf8')).toMatch(/^get k\/9001\n[\s\S]*get k\/10000\n$/);
  expect(readFileSync(others, 'utf8')).toBe('half of it');
});
