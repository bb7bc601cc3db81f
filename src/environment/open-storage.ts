import { given } from '../core/base/given.ts';
import { toStorageError } from '../core/base/storage-error.ts';
import { positionKey } from '../layout/keys.ts';
import { firstJournalFormat, hasFormat, readFormat, readHead, readWatermark, writeWatermark } from '../layout/meta.ts';
import { type LockableStorage, type Snapshot, type Storage, tailTables, type WriteTx } from '../ports/storage.ts';
import { openJournaledStorage } from '../storage/journal/journaled-storage.ts';
import { openLateJournal } from '../storage/journal/late-journal.ts';
import { hasJournal, makeJournal, openJournalFiles } from '../storage/journal/make-journal.ts';
import { markKey, readMark } from '../storage/journal/mark.ts';
import { refuseWhenFull } from '../storage/lmdb/disk-room.ts';
import { journalGateName, openGate } from '../storage/lmdb/gate.ts';
import { openLmdbStorage } from '../storage/lmdb/lmdb-storage.ts';

/** The storage of one generation. */
export interface StorageOptions {
  readonly dir: string;
  readonly readOnly?: boolean;
  readonly mapBytes?: number;
  readonly reserveBytes?: number;
}

/**
 * Opens the tables of a generation, which are there, and before them its journal, where its format has one. The first writer
 * of a generation makes the journal.
 *
 * Errors: those of the storage, and ENV_NEWER.
 */
export function openStorage(options: StorageOptions): Storage {
  const tables = openLmdbStorage({ ...options, existing: true });
  try {
    return withJournal(tables, { ...options, readOnly: options.readOnly ?? false });
  } catch (error) {
    // The first error is the one to tell.
    tables.close().catch(() => undefined);
    throw error;
  }
}

type JournalPlace = StorageOptions & { readonly readOnly: boolean };

function withJournal(tables: LockableStorage, { dir, readOnly, reserveBytes }: JournalPlace): Storage {
  const { isWanted, isThere } = tables.read((snapshot) => ({
    isWanted: hasFormat(snapshot) && readFormat(snapshot).format >= firstJournalFormat,
    isThere: hasJournal(snapshot),
  }));
  if (!isWanted) return tables;
  const files = {
    readOnly,
    openLock: () => openGate(dir, journalGateName),
    refuseWhenFull: () => refuseWhenFull({ dir, ...given({ reserveBytes }) }),
  };
  const open = () =>
    toStorageError(`open the journal in ${dir}`, () => {
      if (!isThere && !readOnly) makeJournal(dir, tables);
      return openJournaledStorage(tables, openJournalFiles(dir, files));
    });
  return isThere || !readOnly ? open() : openLateJournal(tables, open);
}

/**
 * Adds to a copy of the tables the rows that a journal held beside them; the copy has no journal. `whole` was taken before the
 * copy. Each write of the tables moves the mark: where it is the same, they are those that lie under `whole`. Where it is not, they
 * hold what was durable when the last write of them looked, which may be less than `whole` has.
 */
export function addTail(copy: WriteTx, whole: Snapshot): void {
  const [copied, mark] = [readMark(copy), readMark(whole)];
  if (!copied) return;
  copy.delete('meta', markKey);
  const { position } = readHead(copy);
  if (copied.writes !== mark?.writes && position >= readHead(whole).position) return;
  for (const { key, value } of whole.range('log', { start: positionKey(position + 1) })) copy.append('log', key, value);
  const watermark = readWatermark(copy);
  for (const table of tailTables) {
    for (const { key } of copy.range(table)) copy.delete(table, key);
    for (const { key, value } of whole.range(table)) if (!markKey.equals(key)) copy.put(table, key, value);
  }
  // It says how far the indexes are folded, and these are those of the copy.
  writeWatermark(copy, watermark);
}
