import type { AuditReport } from './audit/report.ts';
import type { BackupReport } from './backup.ts';
import type { CompensationPlan } from './compensate/plan.ts';
import type { LoadedApp } from './core/app.ts';
import { present } from './core/assert.ts';
import { TxlogError } from './core/errors.ts';
import type { RecordFilter } from './core/filter.ts';
import type { Receipt } from './core/receipt.ts';
import type { Expectation, StoredRecord } from './core/record.ts';
import type { Request, RequestInput } from './core/request.ts';
import type {
  CompensateOptions,
  Connection,
  EnvironmentParts,
  FollowOptions,
  ProgressOptions,
  RebuildReport,
  TransactionName,
} from './environment-parts.ts';
import type { HistoryEntry } from './inspect/history.ts';
import type { TransactionReport } from './inspect/report.ts';
import type { Head } from './layout/meta.ts';
import type { Handle } from './open-handle.ts';
import type { Answer } from './pipeline/2-batch.ts';
import { receiptOrThrow } from './pipeline/7-respond.ts';
import { readFresh } from './pipeline/read-fresh.ts';
import {
  type AppliedEntry,
  readApplied,
  readKeys,
  readState,
  readStateAt,
  type StateReading,
} from './pipeline/read-state.ts';
import { positionAtTime } from './pipeline/time-travel.ts';
import { refuseTooLarge, splitUnits } from './pipeline/units.ts';
import type { View } from './pipeline/view.ts';
import type { Clock } from './ports/clock.ts';
import type { Snapshot } from './ports/storage.ts';
import type { ReplayTarget } from './rebuild.ts';
import type { WhatIfOptions, WhatIfReport } from './replay/what-if.ts';
import type { StoredCursor } from './rescan/cursor.ts';
import type { RecordsOptions } from './rescan/read-records.ts';
import type { Status } from './status.ts';
import { Watchers } from './watchers.ts';

/** How many keys a page of states holds unless the caller says otherwise. */
const pageKeys = 1_000;

/**
 * An open environment: all that the command line does goes through here. Methods that read answer as of the newest
 * record that any process has made durable.
 *
 * Errors: every method rejects with a TxlogError whose code is in docs/errors.md; ENV_CLOSED after `close`.
 */
export class Environment {
  readonly dir: string;
  readonly app: LoadedApp;
  readonly clock: Clock;
  private connection: Connection;
  private reopening: Promise<void> | undefined;
  private readonly connect: () => Promise<Connection>;
  private closed = false;
  private readonly watchers = new Watchers();

  constructor(parts: EnvironmentParts) {
    this.dir = parts.dir;
    this.app = parts.app;
    this.clock = parts.clock;
    this.connection = parts.connection;
    this.connect = () => parts.connect();
  }

  /** Random id of this environment's unit: the origin of its records. */
  get unit(): string {
    return this.connection.handle.format.unit;
  }

  /** The open storage and view, for the engine's own capabilities. */
  get handle(): Handle {
    return this.connection.handle;
  }

  /** Checks input without deciding it. `bytesKnown` is the size of the text it was parsed from. */
  check(input: unknown, bytesKnown?: number): Request {
    return this.connection.pipeline.check(input, bytesKnown);
  }

  /**
   * Processes one request. The receipt, also a rejection's, is durable, and the same for ever for the same id.
   *
   * Errors: REQUEST_ and JSON_ codes for bad input, REQUEST_ID_CONFLICT, STORAGE_ codes. A rejection is no error.
   */
  async submit(input: RequestInput): Promise<Receipt> {
    const [answer] = await this.submitChecked([this.check(input)]);
    return receiptOrThrow(present(answer, 'answer'));
  }

  /**
   * Processes checked requests in their order; one answer each. With `atomic` all are committed, or nothing is logged.
   *
   * Units: at most `limits.atomicRequestsMax` requests when atomic.
   */
  async submitChecked(
    requests: readonly Request[],
    options: { readonly atomic?: boolean } = {},
  ): Promise<readonly Answer[]> {
    const units = options.atomic ? [refuseTooLarge(requests)] : splitUnits(requests);
    const answers = await Promise.all(
      units.map((unit) => this.run(({ pipeline }) => pipeline.submit(unit, options.atomic))),
    );
    return answers.flat();
  }

  /** Decides requests as if they were submitted now, and writes nothing. */
  async preview(requests: readonly Request[]): Promise<readonly Answer[]> {
    return this.run(async ({ pipeline }) => pipeline.preview(requests));
  }

  /**
   * Undoes one committed transaction by a new record; a second time gives the first receipt, as a duplicate.
   *
   * Errors: TRANSACTION_NOT_FOUND. What cannot be undone is a rejection: NOT_COMPENSABLE, COMPENSATION_BLOCKED.
   */
  async compensate(name: TransactionName, options: CompensateOptions = {}): Promise<Receipt> {
    const request = await this.toUndo((await this.transaction(name)).position, options, []);
    const [answer] = options.dryRun ? await this.preview([request]) : await this.submitChecked([request]);
    return receiptOrThrow(present(answer, 'answer'));
  }

  /** The state of a key now, or as of a position; undefined when it has no value or owner. */
  async get(key: string, options: { readonly asOf?: number } = {}): Promise<StateReading | undefined> {
    const { asOf } = options;
    return this.read((view, snapshot) =>
      asOf === undefined ? readState(view, snapshot, key, this.clock.now()) : readStateAt(view, snapshot, key, asOf),
    );
  }

  /** States in key order, a page at a time. */
  async *states(options: { readonly prefix?: string; readonly asOf?: number } = {}): AsyncGenerator<StateReading> {
    const { prefix = '', asOf } = options;
    let after: string | undefined;
    let at = asOf;
    for (;;) {
      const from = after;
      const page = await this.read((view, snapshot) => {
        // All pages answer as of one position, that of the first.
        const position = at ?? view.head.position;
        at = position;
        const now = asOf === undefined ? this.clock.now() : undefined;
        const keys = readKeys(view, snapshot, prefix, from, pageKeys);
        return keys.map((key) => ({ key, state: readStateAt(view, snapshot, key, position, now) }));
      });
      for (const { state } of page) if (state) yield state;
      after = page.at(-1)?.key;
      if (after === undefined || page.length < pageKeys) return;
    }
  }

  /** A page of all transactions that were ever applied to a key, oldest first. */
  async applied(
    key: string,
    options: { readonly from?: number; readonly limit?: number } = {},
  ): Promise<readonly AppliedEntry[]> {
    return this.read((view, snapshot) =>
      readApplied(view, snapshot, key, options.from ?? 0, options.limit ?? pageKeys),
    );
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
      return position === undefined || position < 1 ? undefined : view.catalog.record(snapshot, position);
    });
  }

  /** The last position whose time is not after `time` (ms since 1970). */
  async positionAt(time: number): Promise<number> {
    return this.read((_, snapshot) => positionAtTime(snapshot, time));
  }

  /** Records that pass `filter`, in log order; the narrowest index is used to find them. */
  async *records(filter: RecordFilter = {}, options: RecordsOptions = {}): AsyncGenerator<StoredRecord> {
    for await (const page of this.pages(filter, options)) yield* page;
  }

  /** As `records`, by the page of up to 1,000: for large amounts. */
  async *pages(filter: RecordFilter = {}, options: RecordsOptions = {}): AsyncGenerator<readonly StoredRecord[]> {
    const { readPages } = await import('./rescan/read-records.ts');
    yield* readPages(this, filter, options);
  }

  /** Records that pass `filter` from position `from` on, then new ones of any process, until `signal` aborts. */
  async *follow(filter: RecordFilter = {}, options: FollowOptions = {}): AsyncGenerator<StoredRecord> {
    const { followRecords } = await import('./rescan/read-records.ts');
    yield* followRecords(this, filter, options);
  }

  /** How many records pass `filter`. */
  async count(filter: RecordFilter = {}): Promise<number> {
    const { countRecords } = await import('./rescan/count-records.ts');
    return countRecords(this, filter);
  }

  /** Where a named reader stands, if it ever saved that. */
  async cursor(name: string): Promise<StoredCursor | undefined> {
    const { readCursor } = await import('./rescan/cursor.ts');
    return this.read((_, snapshot) => readCursor(snapshot, name));
  }

  /** Saves where a named reader stands; durable when it resolves. */
  async saveCursor(name: string, cursor: StoredCursor): Promise<void> {
    const { writeCursor } = await import('./rescan/cursor.ts');
    await this.run(({ handle }) =>
      handle.storage.write((tx) => {
        handle.view.catchUp(tx);
        writeCursor(tx, name, cursor);
      }),
    );
  }

  /** All that was ever applied to a key, oldest first, with its state before and after. */
  async *history(
    key: string,
    options: { readonly from?: number; readonly limit?: number } = {},
  ): AsyncGenerator<HistoryEntry> {
    const { readHistory } = await import('./inspect/history.ts');
    yield* readHistory(this, key, options);
  }

  /** All about one transaction: its record, its keys before and after, its neighbours on them, its compensation. */
  async inspect(name: TransactionName): Promise<TransactionReport> {
    const { reportTransaction } = await import('./inspect/report.ts');
    const record = await this.transaction(name);
    return this.read((view, snapshot) => reportTransaction(view, snapshot, record));
  }

  /** What compensating these transactions, in this order, would do. Writes nothing. */
  async planCompensation(names: readonly TransactionName[]): Promise<CompensationPlan> {
    const { planItems } = await import('./compensate/plan.ts');
    const targets = await Promise.all(names.map((name) => this.transaction(name)));
    return this.read((view, snapshot) => ({
      v: 1,
      unit: this.unit,
      head: String(view.head.position),
      items: planItems({ view, snapshot, app: this.app, now: this.clock.now() }, targets),
    }));
  }

  /**
   * Carries out a plan, in its order; what it says is refused or done is left out. Running it again goes on where it
   * stopped. Errors: PLAN_INVALID; PLAN_STALE, with nothing applied, when a key has changed since.
   */
  async *applyPlan(input: unknown, options: CompensateOptions = {}): AsyncGenerator<Receipt> {
    const { checkPlan, refuseStale } = await import('./compensate/plan.ts');
    const plan = checkPlan(input, this.unit);
    await this.read((view, snapshot) => refuseStale(plan, view, snapshot, this.clock.now()));
    const todo = plan.items.filter((item) => !item.refused);
    const requests: Request[] = [];
    for (const { position, keys } of todo) {
      const expect = keys.map(({ key, version }) => ({ key, version }));
      requests.push(await this.toUndo(Number(position), options, expect));
    }
    // One after another, so that each is decided on what the ones before it left; previewed all at once for that.
    if (options.dryRun) yield* (await this.preview(requests)).map(receiptOrThrow);
    else for (const request of requests) yield* (await this.submitChecked([request])).map(receiptOrThrow);
  }

  /** Size, totals and durability. */
  async status(): Promise<Status> {
    const { readStatus } = await import('./status.ts');
    return readStatus(this);
  }

  /** Checks the log's chain, checksums and totals and the storage's pages. Fast; changes nothing. */
  async verify(options: ProgressOptions = {}): Promise<AuditReport> {
    const { verify } = await import('./audit/audit.ts');
    return this.run(({ handle }) => verify(this, handle.storage, options.onProgress));
  }

  /** Folds the whole log again beside the environment and compares every state, list and index with it. */
  async rescanVerify(options: ProgressOptions = {}): Promise<AuditReport> {
    const { rescanVerify } = await import('./audit/audit.ts');
    const { beside } = await import('./side.ts');
    return beside(this, (side) =>
      this.run(({ handle }) => rescanVerify(this, handle.storage, side, options.onProgress)),
    );
  }

  /** Makes all indexes anew from the log and swaps them in atomically. Errors: ENV_READ_ONLY, STORAGE_CORRUPT. */
  async rebuild(options: ProgressOptions = {}): Promise<RebuildReport> {
    const { rebuild, removeOldGenerations } = await import('./rebuild.ts');
    const report = await rebuild(this, options.onProgress);
    // The next read finds the old generation moved, and opens the new one.
    await this.read(() => undefined);
    removeOldGenerations(this.dir, report.generation);
    return report;
  }

  /** Writes a new environment in `dir` that holds the log up to `position`. Errors: ENV_EXISTS, POSITION_NOT_FOUND. */
  async replayTo(target: ReplayTarget): Promise<{ readonly position: number; readonly records: number }> {
    const { replayTo } = await import('./rebuild.ts');
    return replayTo(this, target);
  }

  /** Decides every logged request again with other handlers, beside the environment, and tells what would differ. */
  async whatIf(app: LoadedApp, options: WhatIfOptions = {}): Promise<WhatIfReport> {
    const { whatIf } = await import('./replay/what-if.ts');
    const { beside } = await import('./side.ts');
    return beside(this, (side) => whatIf(this, side, app, options));
  }

  /** Copies the environment, online, into a directory or a file, and verifies the copy. Errors: BACKUP_EXISTS. */
  async backup(target: string, options: ProgressOptions = {}): Promise<BackupReport> {
    const { backup } = await import('./backup.ts');
    await this.read(() => undefined);
    return this.run(({ handle }) => backup(handle.storage, target, options.onProgress));
  }

  /** Calls back soon after any process committed, in whatever generation; returns how to stop. */
  watch(changed: () => void): () => void {
    return this.watchers.add(changed, this.handle.storage);
  }

  /** The end of the log and the totals. */
  async head(): Promise<Head> {
    return this.read((view) => view.head);
  }

  /** Runs `work` on one consistent view: for the engine's own capabilities. Synchronous; keep it short. */
  async read<T>(work: (view: View, snapshot: Snapshot) => T): Promise<T> {
    return this.run(async ({ handle }) =>
      readFresh(handle.storage, this.clock, (snapshot) => {
        handle.view.catchUp(snapshot);
        return work(handle.view, snapshot);
      }),
    );
  }

  /** Waits for all work under way, writes the indexes, and closes. May be called twice. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    const { pipeline, handle } = this.connection;
    await pipeline.close().finally(() => handle.storage.close());
  }

  private async toUndo(position: number, options: CompensateOptions, expect: readonly Expectation[]): Promise<Request> {
    const { compensationOf } = await import('./compensate/plan.ts');
    const { id } = this.check({
      type: 'compensate',
      ...(options.id === undefined ? {} : { id: options.id }),
      ...(options.actor === undefined ? {} : { actor: options.actor }),
    });
    return { ...compensationOf(await this.transaction(position), id, options), expect };
  }

  /** Works on the present generation; when a rebuild took its place, opens the new one and works again. */
  private async run<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    for (;;) {
      if (this.closed) throw new TxlogError('ENV_CLOSED', 'the environment is closed');
      const { connection } = this;
      try {
        return await work(connection);
      } catch (error) {
        if (!(error instanceof TxlogError) || error.code !== 'ENV_MOVED') throw error;
        await this.reopen(connection);
      }
    }
  }

  private async reopen(old: Connection): Promise<void> {
    if (this.connection === old) {
      this.reopening ??= (async () => {
        this.connection = await this.connect();
        this.watchers.moveTo(this.handle.storage);
        await old.pipeline.abandon();
        await old.handle.storage.close();
      })().finally(() => {
        this.reopening = undefined;
      });
    }
    // Who comes late waits as well: else its requests would overtake those that came before.
    await this.reopening;
  }
}
