import { closeSync, fdatasync, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { TxlogError } from '../../core/base/errors.ts';
import { FlushPace } from './flush-pace.ts';

/** A file whose room was made before: a write into it changes data, and nothing that the file system keeps about it. */
export interface JournalFile {
  /** Its bytes. */
  readonly room: number;
  /** Bytes from a place on; fewer where the file ends. */
  read(at: number, length: number): Buffer;
  write(at: number, bytes: Uint8Array): void;
  /** Whether that takes so little that the thread should do it itself. */
  readonly isFast: boolean;
  /** Puts all that was written so far on stable storage. */
  sync(): void;
  /** The same; in another thread, when it takes long. */
  syncSoon(): Promise<void>;
  close(): void;
}

const syncData = promisify(fdatasync);

/** Opens a file that is there. Errors: those of the system. */
export function openJournalFile(path: string, { readOnly }: { readonly readOnly: boolean }): JournalFile {
  const handle = openSync(path, readOnly ? 'r' : 'r+');
  const pace = new FlushPace();
  const sync = () => {
    const started = performance.now();
    fdatasyncSync(handle);
    pace.took(performance.now() - started);
  };
  return {
    room: fstatSync(handle).size,
    get isFast() {
      return pace.isFast;
    },
    read: (at, length) => readWhole(handle, at, length),
    write: (at, bytes) => writeWhole(handle, at, bytes),
    sync,
    async syncSoon() {
      if (pace.isFast) return sync();
      await syncData(handle);
      pace.wasBeside();
    },
    close: () => closeSync(handle),
  };
}

function readWhole(handle: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const count = readSync(handle, bytes, done, length - done, at + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

function writeWhole(handle: number, at: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) {
    const count = writeSync(handle, bytes, done, bytes.length - done, at + done);
    if (count === 0) throw new TxlogError('STORAGE_FAILED', 'the journal took no more bytes');
    done += count;
  }
}
