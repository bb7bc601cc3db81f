import { closeSync, fdatasyncSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Input } from './inputs.ts';

const roomBytes = 64 * 1024 * 1024;

/**
 * The least that a log must do: the requests as JSON, a group in one write at the end of a file whose room was made before, and
 * one `fdatasync`. It begins at the front again when the room is used up.
 */
export class RawFile {
  private readonly handle: number;
  private at = 0;
  count = 0;

  constructor(dir: string) {
    this.handle = openSync(join(dir, 'log'), 'w+');
    const zeros = Buffer.alloc(1024 * 1024);
    for (let at = 0; at < roomBytes; at += zeros.length) writeSync(this.handle, zeros, 0, zeros.length, at);
    fsyncSync(this.handle);
  }

  submit(inputs: readonly Input[]): void {
    const bytes = Buffer.from(inputs.map((input) => `${JSON.stringify({ ...input, status: 'applied' })}\n`).join(''));
    if (this.at + bytes.length > roomBytes) this.at = 0;
    writeSync(this.handle, bytes, 0, bytes.length, this.at);
    fdatasyncSync(this.handle);
    this.at += bytes.length;
    this.count += inputs.length;
  }

  close(): void {
    closeSync(this.handle);
  }
}
