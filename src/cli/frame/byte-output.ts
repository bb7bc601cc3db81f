import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { v4 as randomId } from 'uuid';
import { TxlogError } from '../../core/base/errors.ts';
import { systemCode, systemReason } from '../../core/base/system-error.ts';
import { unwritable } from './read-file.ts';

/** Where bytes go. */
export interface ByteOutput {
  /** Passes bytes on, no faster than they are taken. Errors: OUTPUT_FAILED. */
  write(bytes: Uint8Array): Promise<void>;
  /** All of it is written: makes it durable, as far as it is a file, under its own name. */
  finish(): void;
  /** Lets go of it; what was not finished does not look as if it were. */
  close(): void;
}

/**
 * Opens a file, or takes stdout; `what` the bytes are, for errors. A file has its name once all of it is written; until then it
 * has one that nobody else writes to. A device or a named pipe takes the bytes as they come.
 *
 * Errors: OUTPUT_FAILED.
 */
export function openByteOutput(file: string | undefined, what: string): ByteOutput {
  if (file === undefined || file === '-') return toStream(what);
  return isSpecial(file) ? toSpecial(file, what) : toFile(file, what);
}

function toStream(what: string): ByteOutput {
  return { write: (bytes) => toStdout(bytes, what), finish() {}, close() {} };
}

function toStdout(bytes: Uint8Array, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(failed('stdout', error, what)) : resolve());
    try {
      process.stdout.write(bytes, done);
    } catch (error) {
      // A stream on a file throws what one on a pipe passes on.
      done(error as Error);
    }
  });
}

/** Finds a device or a pipe under the name: a file would take its place. */
function isSpecial(file: string): boolean {
  const found = attempt(file, () => statSync(file, { throwIfNoEntry: false }));
  return found !== undefined && !found.isFile();
}

function toSpecial(file: string, what: string): ByteOutput {
  const fd = attempt(file, () => openSync(file, 'w'));
  return { write: toDescriptor({ name: file, what }, fd), finish() {}, close: () => closeSync(fd) };
}

function toDescriptor(
  { name, what }: { readonly name: string; readonly what: string },
  fd: number,
): ByteOutput['write'] {
  return async (bytes) => {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    } catch (cause) {
      throw failed(name, cause, what);
    }
  };
}

function toFile(file: string, what: string): ByteOutput {
  const part = `${file}.part-${randomId()}`;
  const fd = attempt(file, () => openSync(part, 'wx'));
  let isOpen = true;
  let isSettled = false;
  const close = () => {
    if (isOpen) closeSync(fd);
    isOpen = false;
  };
  return {
    write: toDescriptor({ name: file, what }, fd),
    finish() {
      attempt(file, () => {
        fsyncSync(fd);
        close();
        renameSync(part, file);
        isSettled = true;
      });
    },
    close() {
      if (isSettled) return;
      isSettled = true;
      close();
      rmSync(part, { force: true });
    },
  };
}

function attempt<T>(name: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw unwritable(name, cause);
  }
}

function failed(name: string, cause: unknown, what: string): TxlogError {
  if (name !== 'stdout' && systemCode(cause) !== 'EPIPE') return unwritable(name, cause);
  const text = `cannot write ${name}: ${systemReason(cause)}: ${what} is not complete`;
  return new TxlogError('OUTPUT_FAILED', text, { cause });
}
