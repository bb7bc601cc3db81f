import { randomBytes } from 'node:crypto';
import { TxlogError } from '../../core/base/errors.ts';
import type { RowPut, Snapshot } from '../../ports/storage.ts';
import { digestBytes, type Link } from './entry.ts';

/**
 * Where the tables stand: they hold all entries up to `sequence`. A row of the tables, written in the same transaction as
 * the rows of the entries.
 */
export interface Mark extends Link {
  /** How often the tables were written since they have a journal. */
  readonly writes: number;
  /** The byte of the journal at which the next entry begins, or at the start of the file. */
  readonly at: number;
}

/** Key of the row, in the table `meta`. */
export const markKey = Buffer.from('journal');
const firstMarkBytes = 8 + 8 + digestBytes;
const markBytes = firstMarkBytes + 8;

/** Undefined where there has never been a journal. Errors: STORAGE_CORRUPT. */
export function readMark(base: Snapshot): Mark | undefined {
  const row = base.get('meta', markKey);
  if (row === undefined) return undefined;
  const bytes = Buffer.from(row.buffer, row.byteOffset, row.byteLength);
  if (bytes.length !== markBytes && bytes.length !== firstMarkBytes) {
    throw new TxlogError('STORAGE_CORRUPT', 'the row "journal" of the table meta is damaged', {
      next: ['txlog verify'],
    });
  }
  return {
    writes: bytes.readDoubleBE(0),
    sequence: bytes.readDoubleBE(8),
    digest: bytes.subarray(16, firstMarkBytes),
    // The first journals began at the start of the file again after each write of the tables.
    at: bytes.length === markBytes ? bytes.readDoubleBE(firstMarkBytes) : 0,
  };
}

/** The mark of a new journal. No entry of another one continues it. */
export function firstMark(): Mark {
  return { writes: 1, sequence: 0, digest: randomBytes(digestBytes), at: 0 };
}

/** The row of a mark. */
export function markPut({ writes, sequence, digest, at }: Mark): RowPut {
  const value = Buffer.alloc(markBytes);
  value.writeDoubleBE(writes, 0);
  value.writeDoubleBE(sequence, 8);
  digest.copy(value, 16);
  value.writeDoubleBE(at, firstMarkBytes);
  return { table: 'meta', key: markKey, value, append: false };
}
