import { assert, assertNever } from '../../core/base/assert.ts';
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
  WriteScope,
  WriteTx,
} from '../../ports/storage.ts';
import { Journal, type JournalFiles, type WrittenEntry } from './journal.ts';
import { type Mark, markPut } from './mark.ts';
import { laidOver, Tail } from './tail.ts';

/** So often who finds that the journal does not go on from the tables that it sees looks again. */
const looksMax = 1_000;

/**
 * A storage whose newest part is a journal: a file that takes what a write adds to the log, with one flush in place of the
 * two and the tree of a commit. The rows of its entries lie over those of the tables, so that readers see one storage. Each write
 * of the tables, such as that of a checkpoint, takes with it the entries that are durable then, and their room is free.
 *
 * Two locks: the journal's, and that of the tables, which is never waited for by who only adds to the journal. Who needs both
 * takes them in this order.
 *
 * Visible means durable: a row is shown when its entry was flushed, by whichever process, and never before. One flush serves
 * all entries that were written before it began: who comes upon one that is not flushed decides upon it, and flushes both.
 * Errors: those of `tables`; STORAGE_FAILED of a flush, after which the outcome is unknown.
 * Source: decisions/0037-journal.md.
 */
export function openJournaledStorage(tables: LockableStorage, files: JournalFiles): Storage {
  const journal = new Journal(files);
  const writing = new JournalWriting({ tables, journal, files });
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
    write: (work, scope) => writing.write(work, scope),
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
    size() {
      const journalSize = journal.size();
      const { fileBytes, ...size } = tables.size();
      return { ...size, fileBytes: fileBytes + journalSize.fileBytes, journal: journalSize };
    },
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

interface Collected<T> {
  readonly value: T;
  readonly puts: readonly RowPut[];
}

interface Writers {
  readonly tables: LockableStorage;
  readonly journal: Journal;
  readonly files: JournalFiles;
}

/** Writes one after the other: a write begins when the entry before it is durable. */
class JournalWriting {
  private readonly tables: LockableStorage;
  private readonly journal: Journal;
  private readonly files: JournalFiles;
  private last: Promise<unknown> = Promise.resolve();
  private isEnded = false;

  constructor({ tables, journal, files }: Writers) {
    this.tables = tables;
    this.journal = journal;
    this.files = files;
  }

  write<T>(work: (tx: WriteTx) => T, scope: WriteScope = 'any'): Promise<T> {
    const { isEnded } = this;
    const written = this.last.then(() => {
      if (isEnded) throw closed();
      return this.writeNext(work, scope);
    });
    this.last = written.catch(() => undefined);
    // The result of `work` may be a promise of its caller: the next write does not wait for it.
    return written.then(({ value }) => value);
  }

  transact<T>(work: (tx: WriteTx) => T): T {
    if (this.isEnded) throw closed();
    const { value, entry } = this.placeAndPay(work, 'any');
    if (entry) {
      toStorageError('flush the journal', () => this.journal.sync());
      this.settle(entry);
    }
    return value;
  }

  /** Takes all entries into the tables. */
  foldAll(): void {
    this.alone((locked) => {
      if (!this.journal.isEmpty) this.fold(locked, []);
    });
  }

  /** Takes no more; resolves when nothing is under way. */
  async end(): Promise<void> {
    this.isEnded = true;
    await this.last;
  }

  private async writeNext<T>(work: (tx: WriteTx) => T, scope: WriteScope): Promise<Placed<T>> {
    const placed = this.placeAndPay(work, scope);
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
    this.files.lock(() => toStorageError('tell that the journal is durable', () => this.journal.settle(entry)));
  }

  /** As `place`. What was decided upon entries that are not flushed is flushed with them, before anybody can read. */
  private placeAndPay<T>(work: (tx: WriteTx) => T, scope: WriteScope): Placed<T> {
    let entry: WrittenEntry | undefined;
    try {
      const placed = this.place(work, scope);
      entry = placed.entry;
      return this.journal.owes ? { value: placed.value } : placed;
    } finally {
      if (this.journal.owes) toStorageError('flush the journal', () => this.journal.payFlush(entry));
    }
  }

  private place<T>(work: (tx: WriteTx) => T, scope: WriteScope): Placed<T> {
    if (this.tables.readOnly) throw new TxlogError('ENV_READ_ONLY', 'the environment was opened read-only');
    switch (scope) {
      case 'log':
        return this.placeInLog(work);
      case 'indexes':
        return { value: this.placeInTables(work) };
      case 'any':
        return this.placeAnywhere(work);
      default:
        return assertNever(scope);
    }
  }

  private placeInLog<T>(work: (tx: WriteTx) => T): Placed<T> {
    return this.files.lock(() => {
      this.files.requireRoom();
      const { value, puts } = this.tables.read((base) => {
        this.followUnderLock(base, true);
        return this.collect(base, work);
      });
      assert(puts.every(Tail.takes), 'a write to the log puts rows of its end');
      if (puts.length === 0) return { value };
      const entry = this.append(puts);
      if (entry) return { value, entry };
      this.tables.lock((locked) => {
        this.followUnderLock(locked.snapshot);
        this.fold(locked, puts);
      });
      return { value };
    });
  }

  private placeAnywhere<T>(work: (tx: WriteTx) => T): Placed<T> {
    return this.alone((locked) => {
      this.files.requireRoom();
      const { value, puts } = this.collect(locked.snapshot, work);
      if (puts.length === 0) return { value };
      const entry = puts.every(Tail.takes) ? this.append(puts) : undefined;
      if (entry) return { value, entry };
      this.fold(locked, puts);
      return { value };
    });
  }

  /** The log may grow meanwhile: what is durable before goes into the tables, too. */
  private placeInTables<T>(work: (tx: WriteTx) => T): T {
    return this.tables.lock(({ snapshot, commit }) => {
      this.follow(snapshot);
      const { value, puts } = this.collect(snapshot, work);
      assert(!puts.some(({ table }) => table === 'log'), 'a write of indexes leaves the log alone');
      if (puts.length > 0) this.commitWith(commit, puts, this.journal.nextMark());
      return value;
    });
  }

  private alone<T>(work: (locked: Locked) => T): T {
    return this.files.lock(() =>
      this.tables.lock((locked) => {
        this.followUnderLock(locked.snapshot);
        return work(locked);
      }),
    );
  }

  private collect<T>(base: Snapshot, work: (tx: WriteTx) => T): Collected<T> {
    const { tx, puts } = collectPuts(laidOver(base, (table) => this.journal.tail.rowsIn(table)));
    const value = work(tx);
    refuseDisorder(tx, puts);
    return { value, puts };
  }

  private follow(base: Snapshot): void {
    // A writer that comes first after a start of the machine tells what survived.
    for (let look = 0; look < looksMax; look++) {
      if (toStorageError('follow the journal', () => this.journal.follow(base))) return;
    }
    throw toStorageError('follow the journal', () => this.journal.damaged());
  }

  private followUnderLock(base: Snapshot, mayOwe = false): void {
    toStorageError('follow the journal', () => this.journal.followUnderLock(base, mayOwe));
  }

  private append(puts: readonly RowPut[]): WrittenEntry | undefined {
    return toStorageError('write the journal', () => this.journal.write(puts));
  }

  /** All entries go into the tables, and after them these rows. The file is empty then. */
  private fold({ commit }: Locked, puts: readonly RowPut[]): void {
    this.commitWith(commit, puts, this.journal.nextMarkOfEmpty());
  }

  /** The mark moves with each write of the tables. */
  private commitWith(commit: Locked['commit'], puts: readonly RowPut[], mark: Mark): void {
    commit([...this.journal.tail.puts(), ...puts, markPut(mark)]);
    this.journal.goTo(mark);
  }
}

function closed(): TxlogError {
  return new TxlogError('ENV_CLOSED', 'the environment is closed');
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
