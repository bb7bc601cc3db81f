import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { v4 as randomId } from 'uuid';
import { TxlogError } from '../../core/base/errors.ts';
import { systemCode, systemReason } from '../../core/base/system-error.ts';
import { unwritable } from '../frame/read-file.ts';

/** Where the bytes of a dump go. */
export interface DumpOutput {
  /** Passes bytes on, no faster than they are taken. Errors: OUTPUT_FAILED. */
  write(bytes: Uint8Array): Promise<void>;
  /** All of it is written: makes it durable, as far as it is a file, under its own name. */
  finish(): void;
  /** Lets go of it; what was not finished does not look as if it were. */
  close(): void;
}

/**
 * Opens a file for a dump, or takes stdout. A file has its name once the dump is whole; until then it has one that no other
 * export has. A device or a named pipe takes the bytes as they come.
 *
 * Errors: USAGE where stdout is a terminal, which bytes would put out of order; OUTPUT_FAILED.
 */
export function openDumpOutput(file: string | undefined): DumpOutput {
  if (file !== undefined && file !== '-') return isSpecial(file) ? toSpecial(file) : toFile(file);
  if (process.stdout.isTTY) {
    throw new TxlogError('USAGE', 'stdout is a terminal and a dump is binary: give a file, or pipe it', {
      next: ['txlog sync export -O FILE', 'txlog sync export - | txlog --env OTHER sync import -'],
    });
  }
  return toStream('the dump');
}

/** As `openDumpOutput`, of bytes that a terminal may show. `what` they are, for errors. Errors: OUTPUT_FAILED. */
export function openByteOutput(file: string | undefined, what: string): DumpOutput {
  if (file === undefined || file === '-') return toStream(what);
  return isSpecial(file) ? toSpecial(file) : toFile(file);
}

function toStream(what: string): DumpOutput {
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

function toSpecial(file: string): DumpOutput {
  const fd = attempt(file, () => openSync(file, 'w'));
  return { write: toDescriptor(file, fd), finish() {}, close: () => closeSync(fd) };
}

function toDescriptor(name: string, fd: number): DumpOutput['write'] {
  return async (bytes) => {
    attempt(name, () => {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    });
  };
}

function toFile(file: string): DumpOutput {
  const part = `${file}.part-${randomId()}`;
  const fd = attempt(file, () => openSync(part, 'wx'));
  let isOpen = true;
  let isSettled = false;
  const close = () => {
    if (isOpen) closeSync(fd);
    isOpen = false;
  };
  return {
    write: toDescriptor(file, fd),
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
    throw failed(name, cause);
  }
}

function failed(name: string, cause: unknown, what = 'the dump'): TxlogError {
  if (name !== 'stdout' && systemCode(cause) !== 'EPIPE') return unwritable(name, cause);
  const text = `cannot write ${name}: ${systemReason(cause)}: ${what} is not complete`;
  return new TxlogError('OUTPUT_FAILED', text, { cause });
}
