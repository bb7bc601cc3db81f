import type { LockableStorage, Storage } from '../../ports/storage.ts';
import { hasJournal } from './make-journal.ts';

/**
 * Tables that nobody has written yet, opened by a reader: they have no journal. The first writer makes it, and from then on the
 * reader follows it, too. `open` lays it on the tables. Errors: those of `open`.
 */
export function openLateJournal(tables: LockableStorage, open: () => Storage): Storage {
  let journaled: Storage | undefined;
  const now = (): Storage => {
    if (!journaled && tables.read(hasJournal)) journaled = open();
    return journaled ?? tables;
  };
  return {
    ...tables,
    read: (work) => now().read(work),
    pin: () => now().pin(),
    watch: (changed) => watchBoth(tables, now, changed),
    size: () => now().size(),
    backup: (target) => now().backup(target),
    close: () => (journaled ?? tables).close(),
  };
}

/** Watches the tables until the journal is there, which then tells of both. */
function watchBoth(tables: Storage, now: () => Storage, changed: () => void): () => void {
  let stop = () => {};
  const begin = (storage: Storage) => {
    stop = storage.watch(storage === tables ? moveOn : changed);
  };
  const moveOn = () => {
    changed();
    const storage = orTables(tables, now);
    if (storage === tables) return;
    stop();
    begin(storage);
  };
  begin(orTables(tables, now));
  return () => stop();
}

/** No caller waits for what a watcher meets: the next read says it. */
function orTables(tables: Storage, now: () => Storage): Storage {
  try {
    return now();
  } catch {
    return tables;
  }
}
