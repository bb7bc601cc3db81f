import { TxlogError } from '../../core/base/errors.ts';
import { storageError, toStorageError } from '../../core/base/storage-error.ts';
import { collectPuts } from '../../ports/collect-puts.ts';
import type {
  LockableStorage,
  Locked,
  Pinned,
  RowPut,
  Snapshot,
  Storage,
  TableName,
  WriteTx,
} from '../../ports/storage.ts';
import { Journal, type JournalFiles, type WrittenEntry } from './journal.ts';
import { markPut } from './mark.ts';
import { laidOver, Tail } from './tail.ts';

/** So often a reader that finds a journal of another epoch looks again. */
const looksMax = 1_000;

/**
 * A storage whose newest part is a journal: a file that takes what a write adds to the log, with one flush in place of the
 * two and the tree of a commit. The rows of its entries lie over those of the tables, so that readers see one storage. A write
 * of any other row, such as that of a checkpoint, takes all entries into the tables with it, and the journal begins anew.
 *
 * Visible means durable: a row is shown when its entry was flushed, by whichever process, and never before.
 * Errors: those of `tables`; STORAGE_FAILED of a flush, after which the outcome is unknown.
 * Source: decisions/0037-journal.md.
 */
export function openJournaledStorage(tables: LockableStorage, files: JournalFiles): Storage {
  const journal = new Journal(files);
  const writing = new JournalWriting(tables, journal);
  const rowsOf = (table: TableName) => journal.tail.rowsIn(table);
  const follow = (base: Snapshot) => toStorageError('follow the journal', () => journal.follow(base));
  let isClosed = false;
  /** Runs `work` on a state of the tables with which the journal goes on. */
  const followed = <T>(work: () => T | undefined): T => {
    for (let look = 0; look < looksMax; look++) {
      const found = work();
      if (found !== undefined) return found;
    }
    throw new TxlogError('STORAGE_CORRUPT', 'the journal does not continue the tables', {
      hint: 'It may be a copy that was made while others wrote. Restore a backup.',
      next: ['txlog verify', 'txlog init NEW --from BACKUP'],
    });
  };
  return {
    ...tables,
    write: (work) => writing.write(work),
    transact: (work) => writing.transact(work),
    read: (work) =>
      followed(() => tables.read((base) => (follow(base) ? { value: work(laidOver(base, rowsOf)) } : undefined))).value,
    pin: () =>
      followed<Pinned>(() => {
        const { snapshot, release } = tables.pin();
        let isPinned = false;
        try {
          isPinned = follow(snapshot);
          return isPinned ? { snapshot: journal.tail.frozenOver(snapshot), release } : undefined;
        } finally {
          if (!isPinned) release();
        }
      }),
    watch(changed) {
      const stops = [tables.watch(changed), files.watch(changed)];
      return () => stops.forEach((stop) => void stop());
    },
    async backup(target) {
      if (!tables.readOnly) writing.foldAll();
      await tables.backup(target);
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await writing.end();
      await tables.close().finally(() => journal.close());
    },
  };
}

/** The result of a write, and its entry, which is not flushed yet. */
interface Placed<T> {
  readonly value: T;
  readonly entry?: WrittenEntry;
}

/** Writes one after the other: a write begins when the entry before it is durable. */
class JournalWriting {
  private readonly tables: LockableStorage;
  private readonly journal: Journal;
  private last: Promise<unknown> = Promise.resolve();

  constructor(tables: LockableStorage, journal: Journal) {
    this.tables = tables;
    this.journal = journal;
  }

  write<T>(work: (tx: WriteTx) => T): Promise<T> {
    const written = this.last.then(() => this.writeNext(work));
    this.last = written.catch(() => undefined);
    // The result of `work` may be a promise of its caller: the next write does not wait for it.
    return written.then(({ value }) => value);
  }

  transact<T>(work: (tx: WriteTx) => T): T {
    const { value, entry } = this.place(work);
    if (entry) {
      toStorageError('flush the journal', () => this.journal.sync());
      this.settle(entry);
    }
    return value;
  }

  /** Takes all entries into the tables. */
  foldAll(): void {
    this.tables.lock((locked) => {
      this.follow(locked);
      if (!this.journal.isEmpty) this.fold(locked, []);
    });
  }

  /** Resolves when nothing is under way. */
  async end(): Promise<void> {
    await this.last;
  }

  private async writeNext<T>(work: (tx: WriteTx) => T): Promise<Placed<T>> {
    const placed = this.place(work);
    if (placed.entry) {
      await this.flushSoon();
      this.settle(placed.entry);
    }
    return placed;
  }

  private async flushSoon(): Promise<void> {
    try {
      await this.journal.syncSoon();
    } catch (error) {
      throw storageError('flush the journal', error);
    }
  }

  private settle(entry: WrittenEntry): void {
    this.tables.lock(() => toStorageError('tell that the journal is durable', () => this.journal.settle(entry)));
  }

  private place<T>(work: (tx: WriteTx) => T): Placed<T> {
    return this.tables.lock((locked) => {
      this.follow(locked);
      const { tx, puts } = collectPuts(laidOver(locked.snapshot, (table) => this.journal.tail.rowsIn(table)));
      const value = work(tx);
      if (puts.length === 0) return { value };
      refuseDisorder(tx, puts);
      const entry = puts.every(Tail.takes) ? this.append(puts) : undefined;
      if (entry) return { value, entry };
      this.fold(locked, puts);
      return { value };
    });
  }

  private follow({ snapshot }: Locked): void {
    toStorageError('follow the journal', () => this.journal.followUnderLock(snapshot));
  }

  private append(puts: readonly RowPut[]): WrittenEntry | undefined {
    return toStorageError('write the journal', () => this.journal.write(puts));
  }

  /** All entries go into the tables, and after them these rows. The mark moves with each write of the tables. */
  private fold({ commit }: Locked, puts: readonly RowPut[]): void {
    const mark = this.journal.nextMark();
    commit([...this.journal.tail.puts(), ...puts, markPut(mark)]);
    toStorageError('begin the journal anew', () => this.journal.restart(mark));
  }
}

/** Rows are added to a table in order, after all that it has. */
function refuseDisorder(tx: WriteTx, puts: readonly RowPut[]): void {
  const last = new Map<TableName, Uint8Array | undefined>();
  for (const { table, key, append } of puts) {
    if (!append) continue;
    const before = last.has(table) ? last.get(table) : lastKey(tx, table);
    if (before && Buffer.compare(before, key) >= 0)
      throw new TxlogError('STORAGE_FAILED', `append to ${table} out of order`);
    last.set(table, key);
  }
}

function lastKey(tx: WriteTx, table: TableName): Uint8Array | undefined {
  for (const { key } of tx.range(table, { reverse: true, limit: 1 })) return key;
  return undefined;
}
