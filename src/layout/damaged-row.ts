import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import type { TableName } from '../ports/storage.ts';

/** Tables that nothing but a backup brings back; all others are made again from the log. */
const truth: ReadonlySet<TableName> = new Set(['log', 'schemas', 'cursors', 'meta']);

interface Row {
  readonly table: TableName;
  readonly key: string;
}

/** An error for a row that cannot be what was written: bits of it changed, or of a row that led to it. */
export function damagedRow(table: TableName, key: string, reason: string): TxlogError {
  return damaged({ table, key }, reason);
}

function damaged({ table, key }: Row, reason: string, cause?: unknown): TxlogError {
  const canRepair = !truth.has(table);
  return new TxlogError('STORAGE_CORRUPT', `row ${key} of table ${table} is damaged: ${reason}`, {
    ...given({ cause }),
    ...(canRepair && { hint: 'The table can be rebuilt from the log.' }),
    next: ['txlog verify', canRepair ? 'txlog rescan --verify --repair' : 'txlog init NEW --from BACKUP'],
  });
}

/** As `damagedRow`, of what went wrong while the row was decoded, which touches nothing but its bytes. */
export function undecodable(table: TableName, key: string, error: unknown): TxlogError {
  if (error instanceof TxlogError) return error;
  return damaged({ table, key }, (error as Error).message, error);
}
