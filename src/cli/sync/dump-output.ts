import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { TxlogError } from '../../core/base/errors.ts';
import { printable } from '../text/text.ts';

/** Where the bytes of a dump go. */
export interface DumpOutput {
  /** Passes bytes on, no faster than they are taken. Errors: OUTPUT_FAILED. */
  write(bytes: Buffer): Promise<void>;
  /** All of it is written: makes it durable, as far as it is a file, under its own name. */
  finish(): void;
  /** Lets go of it; what was not finished does not look as if it were. */
  close(): void;
}

/**
 * Opens a file for a dump, or takes stdout. A file has its name once the dump is whole; until then it is `NAME.part`.
 *
 * Errors: USAGE where stdout is a terminal, which bytes would put out of order; OUTPUT_FAILED.
 */
export function openDumpOutput(file: string | undefined): DumpOutput {
  if (file !== undefined && file !== '-') return toFile(file);
  if (process.stdout.isTTY) {
    throw new TxlogError('USAGE', 'a dump is bytes, and stdout is a terminal', {
      next: ['txlog sync export -o FILE', 'txlog sync export - | txlog --env OTHER sync import -'],
    });
  }
  return { write: toStdout, finish() {}, close() {} };
}

function toStdout(bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(failed('stdout', error)) : resolve());
    try {
      process.stdout.write(bytes, done);
    } catch (error) {
      // A stream on a file throws what one on a pipe passes on.
      done(error as Error);
    }
  });
}

function toFile(file: string): DumpOutput {
  const part = `${file}.part`;
  const fd = attempt(part, () => openSync(part, 'w'));
  let isOpen = true;
  const close = () => {
    if (isOpen) closeSync(fd);
    isOpen = false;
  };
  return {
    async write(bytes) {
      attempt(part, () => {
        for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      });
    },
    finish() {
      attempt(file, () => {
        fsyncSync(fd);
        close();
        renameSync(part, file);
      });
    },
    close() {
      if (!isOpen) return;
      close();
      rmSync(part, { force: true });
    },
  };
}

function attempt<T>(name: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw failed(printable(name), cause as Error);
  }
}

function failed(name: string, cause: NodeJS.ErrnoException): TxlogError {
  const reason = cause.code === 'EPIPE' ? 'its reader went away: the dump is not complete' : cause.message;
  return new TxlogError('OUTPUT_FAILED', `cannot write ${name}: ${reason}`, { cause });
}
