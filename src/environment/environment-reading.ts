import type { LoadedApp } from '../core/app/app.ts';
import type { ListedView, ViewAnswer } from '../core/app/view-definition.ts';
import { checkBound, checkTime, checkWhole } from '../core/base/check-arguments.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import type { RecordFilter } from '../core/log/filter.ts';
import type { StoredRecord } from '../core/log/record.ts';
import type { ViewOptions } from '../inspect/answer-view.ts';
import type { IdKind } from '../inspect/ids-with-prefix.ts';
import type { HistoryEntry } from '../inspect/key-changes.ts';
import type { LinkedTree } from '../inspect/linked-tree.ts';
import type { StatesOptions } from '../inspect/list-states.ts';
import type { TransactionReport } from '../inspect/transaction-report.ts';
import type { Head } from '../layout/meta.ts';
import { TypeRegistry } from '../layout/type-registry.ts';
import type { Clock } from '../ports/clock.ts';
import type { GroupCounts, GroupField } from '../rescan/count-groups.ts';
import type { RecordsOptions } from '../rescan/read-records.ts';
import type { StoredCursor } from '../rescan/stored-cursor.ts';
import { CommitSignal } from '../view/commit-signal.ts';
import { Cut } from '../view/cut.ts';
import { type AppliedEntry, appliedInSteps, readState, type StateReading, stateAtInSteps } from '../view/read-state.ts';
import type { Progress } from '../view/reader.ts';
import { positionAtTime } from '../view/time-travel.ts';
import { type LoopTurn, LoopTurns, type Steps, takeSteps } from '../view/turns.ts';
import { View } from '../view/view.ts';
import type { Generation } from './open-generation.ts';
import type { AbortOptions, EnvironmentParts, FollowOptions, TransactionName } from './parts.ts';
import { Connections } from './reconnect.ts';
import type { Status } from './status.ts';

/** How many entries a page of an applied list holds unless the caller says otherwise. */
const pageEntries = 1_000;
/** How often a long read begins anew beside writers that it cannot hold off. */
const pinsMax = 5;

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
  /** A reader that shares the event loop with other work. */
  readonly turns: LoopTurns;
  protected readonly connections: Connections;

  constructor(parts: EnvironmentParts) {
    this.dir = parts.dir;
    this.app = parts.app;
    this.clock = parts.clock;
    this.turns = new LoopTurns(parts.clock);
    this.connections = new Connections(parts);
  }

  /** Random id of this environment's unit: the origin of its records. */
  get unit(): string {
    return this.handle.format.unit;
  }

  /** The open storage and view, for the engine's own capabilities. */
  get handle(): Generation {
    return this.connections.current.handle;
  }

  /** Time of what would be decided now, in ms since 1970: never before the last record. */
  now(): number {
    return this.connections.current.pipeline.now();
  }

  /** The state of a key now, or as of a position; undefined when it has no value or owner. */
  async get(key: string, options: AbortOptions & { readonly asOf?: number } = {}): Promise<StateReading | undefined> {
    const { asOf, signal } = options;
    checkWhole('asOf', asOf);
    if (asOf !== undefined) return this.readSteps((cut) => stateAtInSteps(cut, key, { position: asOf }), signal);
    return this.read((cut) => readState(cut, key, this.now()));
  }

  /** States in key order, all as of one position. */
  async *states(options: StatesOptions = {}): AsyncGenerator<StateReading> {
    checkWhole('asOf', options.asOf);
    checkBound('limit', options.limit);
    const { listStates } = await import('../inspect/list-states.ts');
    yield* listStates(this, options);
  }

  /** Asks a view of the app. Errors: VIEW_NOT_FOUND, PARAMETERS_INVALID, POSITION_NOT_FOUND, VIEW_FAILED. */
  async view(name: string, params: JsonObject = {}, options: ViewOptions = {}): Promise<ViewAnswer> {
    checkWhole('asOf', options.asOf);
    const { answerView } = await import('../inspect/answer-view.ts');
    return answerView(this, { view: name, params }, options);
  }

  /** The views of the app, in the order of their names. */
  async views(): Promise<readonly ListedView[]> {
    const { listViews } = await import('../inspect/answer-view.ts');
    return listViews(this.app);
  }

  /** A page of all transactions that were ever applied to a key, oldest first. */
  async applied(
    key: string,
    options: { readonly from?: number; readonly limit?: number } = {},
  ): Promise<readonly AppliedEntry[]> {
    const { from = 0, limit = pageEntries } = options;
    checkWhole('from', from);
    checkBound('limit', limit);
    return this.readSteps((cut) => appliedInSteps(cut, key, { from, limit }));
  }

  /** The record of a transaction. Errors: TRANSACTION_NOT_FOUND, POSITION_NOT_FOUND. */
  async transaction(name: TransactionName): Promise<StoredRecord> {
    const record = await this.find(name);
    if (record) return record;
    if (typeof name === 'number')
      throw new TxlogError('POSITION_NOT_FOUND', `the log has no position ${name}`, { next: ['txlog status'] });
    throw new TxlogError('TRANSACTION_NOT_FOUND', `no request with the id ${name} was ever processed`, {
      next: ['txlog log -n 10 --reverse'],
    });
  }

  /** The record of a transaction, or undefined. */
  async find(name: TransactionName): Promise<StoredRecord | undefined> {
    return this.read((cut) => {
      const position = typeof name === 'number' ? name : cut.positionOf(name);
      const named = position !== undefined && Number.isSafeInteger(position) && position > 0;
      return named ? cut.record(position) : undefined;
    });
  }

  /**
   * The id that a text stands for: an id itself, or the beginning of only one of these kinds, from 8 letters on; else the
   * text as it is. Errors: ID_AMBIGUOUS.
   */
  async completeId(text: string, ...kinds: readonly IdKind[]): Promise<string> {
    const { completeId } = await import('../inspect/ids-with-prefix.ts');
    return this.read((cut) => completeId(cut, kinds, text));
  }

  /** The first `limit` ids of a kind that begin with `prefix`, in order. */
  async idsWithPrefix(kind: IdKind, prefix: string, limit: number): Promise<readonly string[]> {
    const { idsWithPrefix } = await import('../inspect/ids-with-prefix.ts');
    return this.read((cut) => idsWithPrefix(cut, kind, { prefix, limit }));
  }

  /** The last position whose time is not after `time` (ms since 1970). */
  async positionAt(time: number): Promise<number> {
    checkTime('time', time);
    return this.read(({ snapshot }) => positionAtTime(snapshot, time));
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

  /**
   * How many records that pass `filter` have the same values of some fields. Reads all of them once.
   *
   * Errors: FILTER_INVALID for too many groups.
   */
  async countBy(by: readonly GroupField[], filter: RecordFilter = {}, onProgress?: Progress): Promise<GroupCounts> {
    const { countGroups } = await import('../rescan/count-groups.ts');
    return countGroups(this, filter, { by, ...given({ onProgress }) });
  }

  /** Where a named reader stands, if it ever saved that. */
  async cursor(name: string): Promise<StoredCursor | undefined> {
    const { readCursor } = await import('../rescan/stored-cursor.ts');
    return this.read(({ snapshot }) => readCursor(snapshot, name));
  }

  /** All that was ever applied to a key, oldest first, with its state before and after. */
  async *history(
    key: string,
    options: AbortOptions & { readonly from?: number; readonly limit?: number } = {},
  ): AsyncGenerator<HistoryEntry> {
    checkWhole('from', options.from);
    checkBound('limit', options.limit);
    const { readHistory } = await import('../inspect/key-changes.ts');
    yield* readHistory(this, key, options);
  }

  /** All about one transaction: its record, its keys before and after, its neighbours on them, its compensation. */
  async inspect(name: TransactionName, { signal }: AbortOptions = {}): Promise<TransactionReport> {
    const { reportTransaction } = await import('../inspect/transaction-report.ts');
    const record = await this.transaction(name);
    return this.readSteps((cut) => reportTransaction(cut, record), signal);
  }

  /**
   * All requests and sessions of what a request or session belongs to, as a tree. Reads the log once.
   */
  async linked(id: string, onProgress?: Progress): Promise<LinkedTree> {
    const { readLinkedTree } = await import('../inspect/linked-tree.ts');
    return readLinkedTree(this, id, onProgress);
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

  /** A signal that resolves when any process may have committed, for who looks again and again. End it with `stop`. */
  commitSignal(signal?: AbortSignal): CommitSignal {
    return new CommitSignal(this, signal);
  }

  /** Checks that the environment is still there. Errors: ENV_NOT_FOUND once it was removed, or another took its place. */
  async refuseWhenGone(): Promise<void> {
    if (this.handle.storage.isPresent()) return;
    // A rebuild may have put another generation in the place of this one.
    await this.read(() => undefined);
    if (this.handle.storage.isPresent()) return;
    throw new TxlogError('ENV_NOT_FOUND', `the environment in ${this.dir} is gone: it was removed, or replaced`, {
      next: [`ls -l ${this.dir}`],
    });
  }

  /** The end of the log and the totals. */
  async head(): Promise<Head> {
    return this.read(({ head }) => head);
  }

  /**
   * Runs `work` on one consistent view: for the engine's own capabilities. Synchronous; what may take long ends when the
   * turn is over, and comes back for the rest.
   */
  async read<T>(work: (cut: Cut, turn: LoopTurn) => T): Promise<T> {
    const { turns } = this;
    return this.connections.run(async ({ handle: { storage, view } }) => {
      for (;;) {
        await turns.room();
        const done = storage.read((snapshot) =>
          view.catchUp(snapshot, turns) ? { value: work(new Cut(view, snapshot), turns) } : undefined,
        );
        if (done) return done.value;
      }
    });
  }

  /**
   * Takes the steps of `work` on one consistent view, over as many turns of the event loop as they need: for the engine's
   * own capabilities. What does not end in one turn is begun anew on a snapshot that is held meanwhile. Errors: the reason
   * of `signal` once that is aborted.
   */
  async readSteps<T>(work: (cut: Cut) => Steps<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const begun = await this.read((cut, turn) => takeSteps(work(cut), turn));
    return begun.done ? begun.value : this.readPinned((cut) => this.turns.run(work(cut), signal));
  }

  /**
   * Works on a view that stays as it is, whatever is written meanwhile: for what is too long for one turn. Where nothing
   * holds the view, as without the right to lock, work that met what writers changed is begun anew.
   */
  async readPinned<T>(work: (cut: Cut) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.readOnePin(work);
      } catch (error) {
        const isChanged = error instanceof TxlogError && error.code === 'ENV_PERMISSION';
        if (!isChanged || attempt >= pinsMax) throw error;
      }
    }
  }

  private async readOnePin<T>(work: (cut: Cut) => Promise<T>): Promise<T> {
    const { turns } = this;
    return this.connections.run(async ({ handle }) => {
      const { snapshot, release } = handle.storage.pin();
      try {
        // Leaves that were read from the log to undo transactions hold for any view of it.
        const view = new View(new TypeRegistry(), handle.view.histories);
        while (!view.catchUp(snapshot, turns)) await turns.next();
        return await work(new Cut(view, snapshot));
      } catch (error) {
        // Closed beneath it, because a rebuild took the place of this generation.
        const isClosed = error instanceof TxlogError && error.code === 'ENV_CLOSED';
        throw isClosed && this.handle !== handle ? new TxlogError('ENV_MOVED', error.message, { cause: error }) : error;
      } finally {
        release();
      }
    });
  }
}
