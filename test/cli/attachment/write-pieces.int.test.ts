// Goal: the bytes of an attachment are let go of, however writing them ends. Method: pieces that tell when they are let go.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writePieces } from '../../../src/cli/attachment/write-pieces.ts';

let dir: string;
let isHeld: boolean;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'txlog-pieces-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function* pieces(error?: Error): AsyncGenerator<Uint8Array> {
  isHeld = true;
  try {
    yield Buffer.from('one ');
    if (error) throw error;
    yield Buffer.from('two');
  } finally {
    isHeld = false;
  }
}

it('are written, and let go', async () => {
  await writePieces(pieces(), join(dir, 'file'));
  expect(readFileSync(join(dir, 'file'), 'utf8')).toBe('one two');
  expect(isHeld).toBe(false);
});

it('are let go where no file can be made', async () => {
  await expect(writePieces(pieces(), join(dir, 'none/file'))).rejects.toMatchObject({ code: 'OUTPUT_FAILED' });
  expect(isHeld).toBe(false);
});

it('that are damaged leave no file', async () => {
  await expect(writePieces(pieces(new Error('damaged')), join(dir, 'file'))).rejects.toThrow('damaged');
  expect([isHeld, readdirSync(dir)]).toEqual([false, []]);
});
