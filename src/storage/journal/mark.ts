import { randomBytes } from 'node:crypto';
import { TxlogError } from '../../core/base/errors.ts';
import type { RowPut, Snapshot } from '../../ports/storage.ts';
import { digestBytes, type Link, seedOf } from './entry.ts';

/**
 * Where the tables stand: they hold all entries up to `sequence`, and the journal was begun anew after that entry. A row of
 * the tables, written in the same transaction as the rows of the entries.
 */
export interface Mark extends Link {
  /** How often the journal was begun anew. */
  readonly epoch: number;
}

/** Key of the row, in the table `meta`. */
export const markKey = Buffer.from('journal');
const markBytes = 8 + 8 + digestBytes;

/** Undefined where there has never been a journal. Errors: STORAGE_CORRUPT. */
export function readMark(base: Snapshot): Mark | undefined {
  const row = base.get('meta', markKey);
  if (row === undefined) return undefined;
  const bytes = Buffer.from(row.buffer, row.byteOffset, row.byteLength);
  if (bytes.length !== markBytes) {
    throw new TxlogError('STORAGE_CORRUPT', 'the row "journal" of the table meta is damaged', {
      next: ['txlog verify'],
    });
  }
  return { epoch: bytes.readDoubleBE(0), sequence: bytes.readDoubleBE(8), digest: bytes.subarray(16) };
}

/** The mark of a new journal. No entry of another one continues it. */
export function firstMark(): Mark {
  return { epoch: 1, sequence: 0, digest: seedOf(randomBytes(digestBytes), 1) };
}

/** The row of a mark. */
export function markPut({ epoch, sequence, digest }: Mark): RowPut {
  const value = Buffer.alloc(markBytes);
  value.writeDoubleBE(epoch, 0);
  value.writeDoubleBE(sequence, 8);
  digest.copy(value, 16);
  return { table: 'meta', key: markKey, value, append: false };
}
