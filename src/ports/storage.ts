/** Tables of an environment, each an ordered map from bytes to bytes (docs/formats/lmdb.md). */
export const tableNames = [
  'meta',
  'log',
  'schemas',
  'types',
  'requests',
  'states',
  'applied',
  'postings',
  'compensations',
  'cursors',
  'queue',
] as const;

/** One of the tables. */
export type TableName = (typeof tableNames)[number];

/** Bounds of a range: `start` and after, before `end`; `reverse` yields from the end down. */
export interface RangeOptions {
  readonly start?: Uint8Array;
  readonly end?: Uint8Array;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** A row of a range. */
export interface Row {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/**
 * One consistent point of all tables. Iterators are valid only inside the call that gave the snapshot; bytes are the
 * caller's to keep, and never changed by anyone.
 */
export interface Snapshot {
  get(table: TableName, key: Uint8Array): Uint8Array | undefined;
  range(table: TableName, options?: RangeOptions): Iterable<Row>;
  count(table: TableName): number;
}

/** A row that a write leaves behind; without a value it is taken away. `append`: its key is greater than all of its table. */
export interface RowPut {
  readonly table: TableName;
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
  readonly append: boolean;
}

/** A write transaction. Reads answer as of its start: what it puts shows in the next one. */
export interface WriteTx extends Snapshot {
  put(table: TableName, key: Uint8Array, value: Uint8Array): void;
  /** As `put`, of a key that is greater than all keys of the table; otherwise the write fails. */
  append(table: TableName, key: Uint8Array, value: Uint8Array): void;
  delete(table: TableName, key: Uint8Array): void;
}

/**
 * A snapshot that stays as it is until it is released; what it needs of the file cannot be used again so long. Not to be
 * read inside a write transaction of its own storage.
 */
export interface Pinned {
  readonly snapshot: Snapshot;
  release(): void;
}

/**
 * The rows that a write may leave, so that others need not wait for it.
 *
 * `any`: all tables; alone among all writers. `log`: only what is added at the end of the table `log`, and rows of the tables
 * with few rows, `tailTables`; alone among those that write these. `indexes`: only rows that say themselves up to which position
 * they are folded; alone among those that write these. The log may grow meanwhile.
 */
export type WriteScope = 'any' | 'log' | 'indexes';

/** Tables with few rows, which a record changes together with the log. */
export const tailTables: readonly TableName[] = ['meta', 'types', 'schemas', 'cursors'];

/** Sizes for `status`, in bytes. */
export interface StorageSize {
  readonly fileBytes: number;
  readonly mapBytes: number;
  readonly usedBytes: number;
  readonly readers: number;
  /** Where the newest records are in a journal: its file, and how much of it holds records that the tables do not. */
  readonly journal?: { readonly fileBytes: number; readonly usedBytes: number };
}

/**
 * An ordered, transactional store for one environment. Every backend passes test/contract/storage.ts.
 */
export interface Storage {
  readonly readOnly: boolean;
  /** How durable an acknowledged write is: with `fsync` it survives a power cut, in `memory` nothing. */
  readonly durability: 'fsync' | 'memory';
  /**
   * Runs `work` with the writer lock held, alone among all processes (see `WriteScope`; `any` unless told). When the
   * promise resolves, all that it put is durable; when it rejects, nothing of it was applied or the outcome is unknown (STORAGE_ code).
   * If `work` throws, nothing is written and the promise rejects with its error.
   */
  write<T>(work: (tx: WriteTx) => T, scope?: WriteScope): Promise<T>;
  /** `write`, done when it returns: only for work that holds another environment's lock meanwhile. */
  transact<T>(work: (tx: WriteTx) => T): T;
  /** Runs `work` on the newest durable snapshot. */
  read<T>(work: (snapshot: Snapshot) => T): T;
  /** Holds on to the newest durable snapshot, whatever is written meanwhile. */
  pin(): Pinned;
  /** Calls back soon after any process committed; returns how to stop. */
  watch(changed: () => void): () => void;
  /** Whether it still is where it was opened: false once its file was removed, or another one put in its place. */
  isPresent(): boolean;
  size(): StorageSize;
  /** Walks the storage's own structure, all of it; yields now and then what it found to be wrong since. */
  findPageProblems(): Iterable<readonly string[]>;
  /** Copies a consistent snapshot to a new file, durable when it resolves. Errors: BACKUP_EXISTS, STORAGE_FAILED. */
  backup(file: string): Promise<void>;
  close(): Promise<void>;
}

/** The newest state, while the writer lock is held. */
export interface Locked {
  readonly snapshot: Snapshot;
  /** Writes rows as one transaction, durable when it returns; at most once. Errors: STORAGE_ codes. */
  commit(puts: readonly RowPut[]): void;
}

/** A storage that another one can be laid on: it lends its writer lock. */
export interface LockableStorage extends Storage {
  /** Runs `work` alone among all processes, without a transaction. Errors: those of `work`, STORAGE_FAILED. */
  lock<T>(work: (locked: Locked) => T): T;
}
