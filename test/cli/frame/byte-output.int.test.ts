// Goal: a file has its name once all of it is there, and nothing else is left. Method: an output whose name is taken meanwhile.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openByteOutput } from '../../../src/cli/frame/byte-output.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'txlog-output-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('takes its name at the end', async () => {
  const output = openByteOutput(join(dir, 'file'), 'the attachment');
  await output.write(Buffer.from('all'));
  expect(readdirSync(dir)).not.toContain('file');
  output.finish();
  output.close();
  expect(readdirSync(dir)).toEqual(['file']);
  expect(readFileSync(join(dir, 'file'), 'utf8')).toBe('all');
});

it('that cannot take its name leaves nothing', async () => {
  const output = openByteOutput(join(dir, 'file'), 'the attachment');
  await output.write(Buffer.from('all'));
  mkdirSync(join(dir, 'file'));
  expect(() => output.finish()).toThrow(expect.objectContaining({ code: 'OUTPUT_FAILED' }));
  output.close();
  expect(readdirSync(dir)).toEqual(['file']);
});
