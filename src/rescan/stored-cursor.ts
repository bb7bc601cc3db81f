import { TxlogError } from '../core/base/errors.ts';
import type { JsonObject } from '../core/base/json.ts';
import { findNameProblem } from '../core/base/key.ts';
import { limits } from '../core/base/limits.ts';
import { damagedRow } from '../layout/damaged-row.ts';
import { textKey } from '../layout/keys.ts';
import { decodeSummed, encodeSummed } from '../layout/summed-json.ts';
import type { Snapshot, WriteTx } from '../ports/storage.ts';

/** Where a named reader stands. `details` is the reader's own. */
export interface StoredCursor {
  /** The last position that was read. */
  readonly position: number;
  readonly details: JsonObject;
}

/** The cursor of a name, or undefined. Errors: USAGE when the name cannot be one. */
export function readCursor(snapshot: Snapshot, name: string): StoredCursor | undefined {
  const bytes = snapshot.get('cursors', cursorKey(name));
  return bytes && decodeCursor(name, bytes);
}

/** Reads the row of a cursor. Errors: STORAGE_CORRUPT. */
export function decodeCursor(name: string, bytes: Uint8Array): StoredCursor {
  const { position, details } = decodeSummed('cursors', name, bytes);
  const isCursor = Number.isSafeInteger(position) && typeof details === 'object' && details !== null;
  if (!isCursor) throw damagedRow('cursors', name, 'it is no cursor');
  return { position: position as number, details: details as JsonObject };
}

/** Moves a cursor; durable with the transaction. */
export function writeCursor(tx: WriteTx, name: string, cursor: StoredCursor): void {
  tx.put('cursors', cursorKey(name), encodeSummed({ ...cursor }));
}

function cursorKey(name: string): Uint8Array {
  const problem = findNameProblem(name, limits.cursorNameBytesMax);
  if (problem) throw new TxlogError('USAGE', `checkpoint name ${problem}`);
  return textKey(name);
}
