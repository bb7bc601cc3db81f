import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { unwritable } from '../frame/files.ts';
import type { Output } from '../frame/output.ts';
import { printable } from '../text/text.ts';

/** A file and how long it is: what a checkpoint keeps of the output that belongs to it. */
export interface FilePlace {
  /** Device and inode, the same as long as the file is not replaced. */
  readonly file: string;
  readonly bytes: number;
}

/** Where the records of a rescan go. */
export interface RecordOutput {
  /** Passes text on; wait for it before adding more. */
  add(text: string): Promise<void>;
  /** Makes all that was added durable, as far as it is a file, and tells where that ends. */
  settle(): Promise<FilePlace | undefined>;
  close(): void;
}

const stdoutFd = 1;

/**
 * Opens a file for records, or takes stdout. With `resume`, a file keeps what it holds up to the place of the
 * checkpoint, and loses what was written after it; a file that the checkpoint does not know is continued at its end.
 *
 * Errors: OUTPUT_FAILED.
 */
export function openRecordOutput(
  file: string | undefined,
  stdout: Output,
  resume?: { readonly place: FilePlace | undefined },
): RecordOutput {
  const named = file !== undefined && file !== '-';
  if (!named && !fstatSync(stdoutFd).isFile()) return toPipe(stdout);
  const name = named ? printable(file) : 'stdout';
  const fd = named ? attempt(name, () => openSync(file, resume ? 'a' : 'w')) : stdoutFd;
  if (resume?.place) attempt(name, () => cutBack(fd, resume.place as FilePlace));
  return {
    async add(text) {
      attempt(name, () => writeAll(fd, Buffer.from(text)));
    },
    async settle() {
      return attempt(name, () => {
        fdatasyncSync(fd);
        return placeOf(fd);
      });
    },
    close: () => {
      if (named) closeSync(fd);
    },
  };
}

function toPipe(stdout: Output): RecordOutput {
  return {
    add: (text) => stdout.add(text),
    async settle() {
      await stdout.flush();
      return undefined;
    },
    close() {},
  };
}

function cutBack(fd: number, place: FilePlace): void {
  const now = placeOf(fd);
  if (now.file === place.file && now.bytes > place.bytes) ftruncateSync(fd, place.bytes);
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
