import type { LoadedApp } from '../core/app/app.ts';
import { checkBound, checkTime, checkWhole } from '../core/base/arguments.ts';
import { TxlogError } from '../core/base/errors.ts';
import type { RecordFilter } from '../core/log/filter.ts';
import type { StoredRecord } from '../core/log/record.ts';
import type { HistoryEntry } from '../inspect/history.ts';
import type { StatesOptions } from '../inspect/list-states.ts';
import type { TransactionReport } from '../inspect/report.ts';
import type { Head } from '../layout/meta.ts';
import type { Clock } from '../ports/clock.ts';
import type { Snapshot } from '../ports/storage.ts';
import type { StoredCursor } from '../rescan/cursor.ts';
import type { RecordsOptions } from '../rescan/read-records.ts';
import { type AppliedEntry, readApplied, readState, readStateAt, type StateReading } from '../view/read-state.ts';
import { positionAtTime } from '../view/time-travel.ts';
import type { View } from '../view/view.ts';
import type { Handle } from './open-generation.ts';
import type { EnvironmentParts, FollowOptions, TransactionName } from './parts.ts';
import { Connections } from './reconnect.ts';
import type { Status } from './status.ts';

/** How many entries a page of an applied list holds unless the caller says otherwise. */
const pageEntries = 1_000;

/**
 * The half of an open environment that reads. Everything answers as of the newest record that any process has made
 * durable.
 *
 * Errors: every method rejects with a TxlogError whose code is in docs/errors.md; ENV_CLOSED after `close`.
 */
export class EnvironmentReading {
  readonly dir: string;
  readonly app: LoadedApp;
  readonly clock: Clock;
  protected readonly connections: Connections;

  constructor(parts: EnvironmentParts) {
    this.dir = parts.dir;
    this.app = parts.app;
    this.clock = parts.clock;
    this.connections = new Connections(parts);
  }

  /** Random id of this environment's unit: the origin of its records. */
  get unit(): string {
    return this.handle.format.unit;
  }

  /** The open storage and view, for the engine's own capabilities. */
  get handle(): Handle {
    return this.connections.current.handle;
  }

  /** The state of a key now, or as of a position; undefined when it has no value or owner. */
  async get(key: string, options: { readonly asOf?: number } = {}): Promise<StateReading | undefined> {
    const { asOf } = options;
    checkWhole('asOf', asOf);
    return this.read((view, snapshot) =>
      asOf === undefined ? readState(view, snapshot, key, this.clock.now()) : readStateAt(view, snapshot, key, asOf),
    );
  }

  /** States in key order, all as of one position. */
  async *states(options: StatesOptions = {}): AsyncGenerator<StateReading> {
    checkWhole('asOf', options.asOf);
    const { listStates } = await import('../inspect/list-states.ts');
    yield* listStates(this, options);
  }

  /** A page of all transactions that were ever applied to a key, oldest first. */
  async applied(
    key: string,
    options: { readonly from?: number; readonly limit?: number } = {},
  ): Promise<readonly AppliedEntry[]> {
    const { from = 0, limit = pageEntries } = options;
    checkWhole('from', from);
    checkBound('limit', limit);
    return this.read((view, snapshot) => readApplied(view, snapshot, key, from, limit));
  }

  /** The record of a transaction. Errors: TRANSACTION_NOT_FOUND, POSITION_NOT_FOUND. */
  async transaction(name: TransactionName): Promise<StoredRecord> {
    const record = await this.find(name);
    if (record) return record;
    if (typeof name === 'number')
      throw new TxlogError('POSITION_NOT_FOUND', `the log has no position ${name}`, { next: ['txlog status'] });
    throw new TxlogError('TRANSACTION_NOT_FOUND', `no request ${name} was ever processed`, {
      next: ['txlog log -n 10 --reverse'],
    });
  }

  /** The record of a transaction, or undefined. */
  async find(name: TransactionName): Promise<StoredRecord | undefined> {
    return this.read((view, snapshot) => {
      const position = typeof name === 'number' ? name : view.positionOf(snapshot, name);
      const named = position !== undefined && Number.isSafeInteger(position) && position > 0;
      return named ? view.catalog.record(snapshot, position) : undefined;
    });
  }

  /** The last position whose time is not after `time` (ms since 1970). */
  async positionAt(time: number): Promise<number> {
    checkTime('time', time);
    return this.read((_, snapshot) => positionAtTime(snapshot, time));
  }

  /** Records that pass `filter`, in log order; the narrowest index is used to find them. */
  async *records(filter: RecordFilter = {}, options: RecordsOptions = {}): AsyncGenerator<StoredRecord> {
    for await (const page of this.pages(filter, options)) yield* page;
  }

  /** As `records`, by the page of up to 1,000: for large amounts. */
  async *pages(filter: RecordFilter = {}, options: RecordsOptions = {}): AsyncGenerator<readonly StoredRecord[]> {
    const { readPages } = await import('../rescan/read-records.ts');
    yield* readPages(this, filter, options);
  }

  /** Records that pass `filter` from position `from` on, then new ones of any process, until `signal` aborts. */
  async *follow(filter: RecordFilter = {}, options: FollowOptions = {}): AsyncGenerator<StoredRecord> {
    const { followRecords } = await import('../rescan/read-records.ts');
    yield* followRecords(this, filter, options);
  }

  /** How many records pass `filter`. */
  async count(filter: RecordFilter = {}): Promise<number> {
    const { countRecords } = await import('../rescan/count-records.ts');
    return countRecords(this, filter);
  }

  /** Where a named reader stands, if it ever saved that. */
  async cursor(name: string): Promise<StoredCursor | undefined> {
    const { readCursor } = await import('../rescan/cursor.ts');
    return this.read((_, snapshot) => readCursor(snapshot, name));
  }

  /** All that was ever applied to a key, oldest first, with its state before and after. */
  async *history(
    key: string,
    options: { readonly from?: number; readonly limit?: number } = {},
  ): AsyncGenerator<HistoryEntry> {
    checkWhole('from', options.from);
    checkBound('limit', options.limit);
    const { readHistory } = await import('../inspect/history.ts');
    yield* readHistory(this, key, options);
  }

  /** All about one transaction: its record, its keys before and after, its neighbours on them, its compensation. */
  async inspect(name: TransactionName): Promise<TransactionReport> {
    const { reportTransaction } = await import('../inspect/report.ts');
    const record = await this.transaction(name);
    return this.read((view, snapshot) => reportTransaction(view, snapshot, record));
  }

  /** Size, totals and durability. */
  async status(): Promise<Status> {
    const { readStatus } = await import('./status.ts');
    return readStatus(this);
  }

  /** Calls back soon after any process committed, in whatever generation; returns how to stop. */
  watch(changed: () => void): () => void {
    return this.connections.watch(changed);
  }

  /** The end of the log and the totals. */
  async head(): Promise<Head> {
    return this.read((view) => view.head);
  }

  /** Runs `work` on one consistent view: for the engine's own capabilities. Synchronous; keep it short. */
  async read<T>(work: (view: View, snapshot: Snapshot) => T): Promise<T> {
    return this.connections.run(async ({ handle }) =>
      handle.storage.read((snapshot) => {
        handle.view.catchUp(snapshot);
        return work(handle.view, snapshot);
      }),
    );
  }
}
