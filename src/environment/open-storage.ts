import { storageError } from '../core/base/storage-error.ts';
import { positionKey } from '../layout/keys.ts';
import { firstJournalFormat, hasFormat, readFormat, readHead } from '../layout/meta.ts';
import type { LockableStorage, Snapshot, Storage, WriteTx } from '../ports/storage.ts';
import { openJournaledStorage } from '../storage/journal/journaled-storage.ts';
import { hasJournal, makeJournal, openJournalFiles } from '../storage/journal/make-journal.ts';
import { markKey } from '../storage/journal/mark.ts';
import { tailTables } from '../storage/journal/tail.ts';
import { openLmdbStorage } from '../storage/lmdb/lmdb-storage.ts';

/** The storage of one generation. */
export interface StorageOptions {
  readonly dir: string;
  readonly readOnly?: boolean;
  readonly mapBytes?: number;
  readonly reserveBytes?: number;
  /** Names this start of the machine. */
  readonly boot: string;
}

/**
 * Opens the tables of a generation, which are there, and before them its journal, where its format has one. The first writer
 * of a generation makes the journal.
 *
 * Errors: those of the storage, and ENV_NEWER.
 */
export function openStorage({ boot, ...options }: StorageOptions): Storage {
  const tables = openLmdbStorage({ ...options, existing: true });
  try {
    return withJournal(tables, { dir: options.dir, readOnly: options.readOnly ?? false, boot });
  } catch (error) {
    void tables.close();
    throw error;
  }
}

interface JournalPlace {
  readonly dir: string;
  readonly readOnly: boolean;
  readonly boot: string;
}

function withJournal(tables: LockableStorage, { dir, readOnly, boot }: JournalPlace): Storage {
  const isWanted = tables.read((snapshot) => hasFormat(snapshot) && readFormat(snapshot).format >= firstJournalFormat);
  if (!isWanted) return tables;
  try {
    if (!readOnly) makeJournal(dir, tables);
    // A generation that nobody has written yet.
    if (!tables.read(hasJournal)) return tables;
    return openJournaledStorage(tables, openJournalFiles(dir, { readOnly, boot }));
  } catch (error) {
    throw storageError(`open the journal in ${dir}`, error);
  }
}

/**
 * Adds to a copy of the tables the rows that a journal held beside them. `whole` was taken before the copy: when the copy
 * ends before it, no row of the journal has come into the tables in between.
 */
export function addTail(copy: WriteTx, whole: Snapshot): void {
  copy.delete('meta', markKey);
  const [from, to] = [readHead(copy).position, readHead(whole).position];
  if (from >= to) return;
  for (const { key, value } of whole.range('log', { start: positionKey(from + 1) })) copy.append('log', key, value);
  for (const table of tailTables) {
    for (const { key } of copy.range(table)) copy.delete(table, key);
    for (const { key, value } of whole.range(table)) if (!markKey.equals(key)) copy.put(table, key, value);
  }
}
