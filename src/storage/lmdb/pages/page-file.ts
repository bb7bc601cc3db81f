import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * A data file of LMDB, read with the system's own calls: whatever is in it, reading it ends no process. Only data.mdb is
 * read so: to open and close lock.mdb would drop this process's reader locks.
 */
export class PageFile {
  readonly path: string;
  private readonly handle: number;

  /** Errors: those of the system. */
  constructor(path: string) {
    this.path = path;
    this.handle = openSync(path, 'r');
  }

  /** Its length in bytes, now. */
  length(): number {
    return fstatSync(this.handle).size;
  }

  /** Fills `into` from byte `at` on; what lies beyond the end is zero. Returns the bytes that there are. */
  read(at: number, into: Buffer): number {
    const read = readSync(this.handle, into, 0, into.length, at);
    if (read < into.length) into.fill(0, read);
    return read;
  }

  /** A copy of some bytes; what lies beyond the end is zero. */
  bytes(at: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    this.read(at, bytes);
    return bytes;
  }

  close(): void {
    closeSync(this.handle);
  }
}
