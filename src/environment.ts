import type { LoadedApp } from './core/app.ts';
import { present } from './core/assert.ts';
import { TxlogError } from './core/errors.ts';
import { limits } from './core/limits.ts';
import type { Receipt } from './core/receipt.ts';
import { compensateType, type StoredRecord } from './core/record.ts';
import type { Request, RequestInput } from './core/request.ts';
import type { Counts } from './layout/meta.ts';
import type { Handle } from './open-handle.ts';
import type { Pipeline } from './pipeline/0-pipeline.ts';
import type { Answer } from './pipeline/2-batch.ts';
import {
  type AppliedEntry,
  readApplied,
  readKeys,
  readState,
  readStateAt,
  type StateReading,
} from './pipeline/read-state.ts';
import { positionAtTime } from './pipeline/time-travel.ts';
import type { View } from './pipeline/view.ts';
import type { Clock } from './ports/clock.ts';
import type { Snapshot } from './ports/storage.ts';

/** One generation of an environment, open, and the pipeline that writes it. */
export interface Connection {
  readonly handle: Handle;
  readonly pipeline: Pipeline;
}

/** What an Environment is made of; `openEnvironment` puts it together. */
export interface EnvironmentParts {
  readonly dir: string;
  readonly app: LoadedApp;
  readonly clock: Clock;
  readonly connection: Connection;
  /** Opens the newest generation anew, after a rebuild by anyone took the place of the present one. */
  connect(): Promise<Connection>;
}

/** A transaction by its id, or by its position. */
export type TransactionName = string | number;

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
    if (options.atomic && requests.length > limits.atomicRequestsMax) {
      throw new TxlogError(
        'REQUEST_TOO_LARGE',
        `${requests.length} requests are over the limit of ${limits.atomicRequestsMax} for one atomic unit`,
      );
    }
    return this.run(({ pipeline }) => pipeline.submit(requests, options.atomic));
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
  async compensate(
    name: TransactionName,
    options: {
      readonly reason?: string;
      readonly actor?: string;
      readonly id?: string;
      readonly dryRun?: boolean;
    } = {},
  ): Promise<Receipt> {
    const target = await this.transaction(name);
    const input = {
      type: 'compensate',
      payload: {
        id: target.id,
        position: String(target.position),
        ...(options.reason === undefined ? {} : { reason: options.reason }),
      },
    };
    const checked = this.check({
      ...input,
      ...(options.id === undefined ? {} : { id: options.id }),
      ...(options.actor === undefined ? {} : { actor: options.actor }),
    });
    const request: Request = { ...checked, type: compensateType, compensates: target.position };
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
    for (;;) {
      const from = after;
      const page = await this.read((view, snapshot) =>
        readKeys(view, snapshot, prefix, from, pageKeys).map((key) => ({
          key,
          state:
            asOf === undefined
              ? readState(view, snapshot, key, this.clock.now())
              : readStateAt(view, snapshot, key, asOf),
        })),
      );
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

  /** The end of the log and the totals. */
  async head(): Promise<{
    readonly position: number;
    readonly time: number;
    readonly digest: string;
    readonly counts: Counts;
  }> {
    return this.read((view) => view.head);
  }

  /** Runs `work` on one consistent view: for the engine's own capabilities. Synchronous; keep it short. */
  async read<T>(work: (view: View, snapshot: Snapshot) => T): Promise<T> {
    return this.run(async ({ handle }) =>
      handle.storage.read((snapshot) => {
        handle.view.catchUp(snapshot);
        return work(handle.view, snapshot);
      }),
    );
  }

  /** Waits for all work under way, writes the indexes, and closes. May be called twice. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.connection.pipeline.close();
    await this.connection.handle.storage.close();
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
    if (this.connection !== old) return;
    this.reopening ??= (async () => {
      const fresh = await this.connect();
      this.connection = fresh;
      await old.pipeline.abandon();
      await old.handle.storage.close();
      this.reopening = undefined;
    })();
    await this.reopening;
  }
}

function receiptOrThrow(answer: Answer): Receipt {
  if ('error' in answer) throw answer.error;
  return answer.receipt;
}
