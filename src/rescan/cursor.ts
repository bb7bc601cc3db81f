import { TxlogError } from '../core/base/errors.ts';
import type { JsonObject } from '../core/base/json.ts';
import { findNameProblem } from '../core/base/key.ts';
import { keyText, textKey } from '../layout/keys.ts';
import type { Snapshot, WriteTx } from '../ports/storage.ts';

/** Where a named reader stands. `details` is the reader's own. */
export interface StoredCursor {
  /** The last position that was read. */
  readonly position: number;
  readonly details: JsonObject;
}

const nameBytesMax = 200;

/** The cursor of a name, or undefined. Errors: USAGE when the name cannot be one. */
export function readCursor(snapshot: Snapshot, name: string): StoredCursor | undefined {
  const bytes = snapshot.get('cursors', cursorKey(name));
  return bytes && (JSON.parse(keyText(bytes)) as StoredCursor);
}

/** Moves a cursor; durable with the transaction. */
export function writeCursor(tx: WriteTx, name: string, cursor: StoredCursor): void {
  tx.put('cursors', cursorKey(name), textKey(JSON.stringify(cursor)));
}

function cursorKey(name: string): Uint8Array {
  const problem = findNameProblem(name, nameBytesMax);
  if (problem) throw new TxlogError('USAGE', `checkpoint name ${problem}`);
  return textKey(name);
}
