import { closeSync, constants, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { systemCode } from '../../core/base/system-error.ts';
import { rightsIn } from '../../machine/file-rights.ts';

/** The state that was seen right after a commit. */
export interface SeenCommit {
  /** Number of the transaction. */
  readonly transaction: number;
  /** Length of the data file; LMDB never shortens it. */
  readonly bytes: number;
}

/** Digits of each number. */
const digits = 16;
const openFlags = constants.O_WRONLY | constants.O_CREAT;
/** A file that is not there, or not to be read. */
const absent: ReadonlySet<string> = new Set(['ENOENT', 'EACCES']);
/** Name of the file that says what was committed last. */
export const lastCommitName = 'last-commit';

/**
 * What was committed last, in a file of its own beside the data: a second witness, by which a data file is known that went
 * back to an earlier state, or was cut. It is written after each commit, and by itself never flushed: it may be behind the
 * data, never ahead.
 */
export class LastCommit {
  private readonly dir: string;
  private readonly path: string;
  private readonly data: string;
  private handle: number | undefined;

  constructor(dir: string) {
    this.dir = dir;
    this.path = join(dir, lastCommitName);
    this.data = join(dir, 'data.mdb');
  }

  /** The state that was written last; undefined when there is no file, or it is damaged. */
  read(): SeenCommit | undefined {
    try {
      return parse(readFileSync(this.path, 'latin1'));
    } catch (error) {
      if (absent.has(systemCode(error))) return undefined;
      throw error;
    }
  }

  /** To be called before a commit. The directory of a generation that was replaced is gone. Errors: those of the system. */
  open(): void {
    try {
      // Neither cut nor appended to: another process may write the same line.
      this.handle ??= openSync(this.path, openFlags, rightsIn(this.dir).file);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  }

  /** To be called after a commit, before others can commit. */
  write(transaction: number): void {
    if (this.handle === undefined) return;
    const bytes = statSync(this.data, { throwIfNoEntry: false })?.size ?? 0;
    const numbers = `${String(transaction).padStart(digits, '0')} ${String(bytes).padStart(digits, '0')}`;
    writeSync(this.handle, `${numbers} ${checksum(numbers)}\n`, 0, 'latin1');
  }

  close(): void {
    if (this.handle !== undefined) closeSync(this.handle);
    this.handle = undefined;
  }
}

/**
 * What is wrong with a data file whose newest transaction is `now.transaction`, if another was seen before. Beside a writer,
 * `seen` must have been read first.
 */
export function findEarlierState(now: SeenCommit, seen: SeenCommit | undefined): string | undefined {
  if (seen === undefined || seen.transaction <= now.transaction) return undefined;
  return `the data went back: its newest transaction is ${now.transaction}, but ${seen.transaction} was written before`;
}

/** As `findEarlierState`, of its length. */
export function findCut(now: SeenCommit, seen: SeenCommit | undefined): string | undefined {
  if (seen === undefined || seen.bytes <= now.bytes) return undefined;
  return `it was cut: it has ${now.bytes} bytes, and had ${seen.bytes}`;
}

function parse(text: string): SeenCommit | undefined {
  const [, numbers, sum] = /^([0-9]{16} [0-9]{16}) ([0-9a-f]{8})\n$/.exec(text) ?? [];
  if (numbers === undefined || sum !== checksum(numbers)) return undefined;
  const [transaction = 0, bytes = 0] = numbers.split(' ').map(Number);
  return { transaction, bytes };
}

function checksum(numbers: string): string {
  return crc32(numbers).toString(16).padStart(8, '0');
}
