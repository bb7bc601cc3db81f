import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { printable } from '../../text/printable.ts';
import { unwritable } from '../frame/read-file.ts';
import type { Output } from '../output/output.ts';

/** A file and how long it is: what a checkpoint keeps of the output that belongs to it. */
export interface FilePlace {
  /** Device and inode, the same as long as the file is not replaced. */
  readonly file: string;
  readonly bytes: number;
  /** Where the checkpoint's own output begins, as long as nobody else wrote after it. */
  readonly start?: number;
}

/** Where the records of a rescan go. */
export interface RecordOutput {
  /** The file; undefined for a pipe. */
  readonly file: OutputFile | undefined;
  /** Passes text on; wait for it before adding more. */
  add(text: string): Promise<void>;
  /** Makes all that was added durable, as far as it is a file, and tells where that ends. */
  settle(): Promise<FilePlace | undefined>;
  close(): void;
}

/** A file that records go to. */
export interface OutputFile {
  readonly name: string;
  /** Whether this command named and opened it; the shell did so otherwise. */
  readonly isNamed: boolean;
  place(): FilePlace;
  /** Bytes from a place on, fewer at the end; undefined when it may only be written. */
  read(at: number, length: number): Buffer | undefined;
  /** Takes off what follows `bytes`. What follows is the checkpoint's own, from `start` on. */
  cut(bytes: number): void;
  /** Says from where on all is the checkpoint's own. */
  ownFrom(start: number): void;
}

const stdoutFd = 1;

/**
 * Opens a file for records, or takes stdout. With `keep`, a file keeps what it holds, and is continued at its end.
 *
 * Errors: OUTPUT_FAILED.
 */
export function openRecordOutput(file: string | undefined, stdout: Output, keep: boolean): RecordOutput {
  const named = file !== undefined && file !== '-';
  if (!named && !fstatSync(stdoutFd).isFile()) return toPipe(stdout);
  const name = named ? printable(file) : 'stdout';
  return toFile(name, named, named ? attempt(name, () => openSync(file, keep ? 'a+' : 'w')) : stdoutFd);
}

function toFile(name: string, isNamed: boolean, fd: number): RecordOutput {
  let start: number | undefined;
  let end = placeOf(fd).bytes;
  return {
    file: {
      name,
      isNamed,
      place: () => placeOf(fd),
      read: (at, length) => readFrom(isNamed ? fd : undefined, at, length),
      cut: (bytes) =>
        attempt(name, () => {
          ftruncateSync(fd, bytes);
          end = bytes;
        }),
      ownFrom(at) {
        start = at;
      },
    },
    async add(text) {
      const bytes = Buffer.from(text);
      attempt(name, () => writeAll(fd, bytes));
      end += bytes.length;
    },
    async settle() {
      return attempt(name, () => {
        fdatasyncSync(fd);
        const place = placeOf(fd);
        // Someone else writes there, too: from now on nobody can tell whose is what.
        if (place.bytes !== end) start = undefined;
        return start === undefined ? place : { ...place, start };
      });
    },
    close: () => {
      if (isNamed) closeSync(fd);
    },
  };
}

function toPipe(stdout: Output): RecordOutput {
  return {
    file: undefined,
    add: (text) => stdout.add(text),
    async settle() {
      await stdout.flush();
      return undefined;
    },
    close() {},
  };
}

/** A file that the shell opened to be written is opened once more, to be read. */
function readFrom(fd: number | undefined, at: number, length: number): Buffer | undefined {
  let own: number | undefined;
  try {
    own = fd ?? openSync(`/dev/fd/${stdoutFd}`, 'r');
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(own, bytes, 0, length, at));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  } finally {
    if (fd === undefined && own !== undefined) closeSync(own);
  }
}

function placeOf(fd: number): FilePlace {
  const { dev, ino, size } = fstatSync(fd);
  return { file: `${dev}:${ino}`, bytes: size };
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

function attempt<T>(name: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw unwritable(name, cause);
  }
}
