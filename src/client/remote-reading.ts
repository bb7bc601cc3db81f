import type { ViewAnswer } from '../core/app/view-definition.ts';
import { TxlogError } from '../core/base/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/base/json.ts';
import { limits } from '../core/base/limits.ts';
import type { StoredRecord } from '../core/log/record.ts';
import type { IdKind } from '../inspect/ids-with-prefix.ts';
import type { LinkedTree } from '../inspect/linked-tree.ts';
import type { TransactionReport } from '../inspect/transaction-report.ts';
import type { StateReading } from '../view/read-state.ts';
import type { FrontendCaller } from './call-frontend.ts';
import { followLog } from './follow-log.ts';
import {
  filterQuery,
  ownCondition,
  type ParameterValue,
  pathOf,
  type Query,
  queryOf,
  type RemoteFilter,
} from './query.ts';
import {
  asItems,
  type RemoteHistoryEntry,
  toHistoryEntry,
  toMs,
  toRecord,
  toState,
  toViewAnswer,
} from './read-answers.ts';
import { toReport, toTree } from './read-reports.ts';

/** The end of the log, as a frontend tells it. */
export interface RemoteHead {
  readonly position: number;
  /** The time of the last record, in ms since 1970; 0 when there is none. */
  readonly time: number;
  readonly digest: string;
}

/** A part of a history: from a position on, or its newest entries. */
export interface HistoryPart {
  readonly from?: number | undefined;
  readonly limit?: number | undefined;
}

/**
 * The half of an environment behind frontends that reads. Each call answers as of the newest record that any process has made
 * durable.
 *
 * Errors: those of the environment, by their codes; SERVICE_FAILED when no frontend answers.
 */
export class RemoteReading {
  protected readonly caller: FrontendCaller;
  /** By how much the clock of the frontend is ahead, in ms. */
  private ahead = 0;

  constructor(caller: FrontendCaller) {
    this.caller = caller;
  }

  /** Time of what would be decided now, in ms since 1970, by the clock of the frontend that told the end of the log last. */
  now(): number {
    return Date.now() + this.ahead;
  }

  /** The end of the log. */
  async head(): Promise<RemoteHead> {
    const { position, time, digest, now } = await this.read('/v1/log/head');
    this.ahead = toMs(now) - Date.now();
    return { position: Number(position), time: time === undefined ? 0 : toMs(time), digest: String(digest) };
  }

  /** The state of a key now, or as of a position; undefined when it has none. `after` waits until the log has that position. */
  async get(
    key: string,
    { asOf, after }: { readonly asOf?: number; readonly after?: number } = {},
  ): Promise<StateReading | undefined> {
    // Before the first record nothing is there.
    if (asOf !== undefined && asOf < 1) return undefined;
    const json = await this.find404(pathOf('states', key, { 'as-of': asOf, after }), 'KEY_NOT_FOUND');
    return json && toState(json);
  }

  /** Asks a view of the app, as `Environment.view` does; the token says who asks. `after` is that of `get`. */
  async view(
    name: string,
    params: Readonly<Record<string, ParameterValue>> = {},
    { asOf, after }: { readonly asOf?: number; readonly after?: number } = {},
  ): Promise<ViewAnswer> {
    const path = pathOf('views', name, { ...params, 'as-of': asOf, after });
    return toViewAnswer((await this.caller.call({ method: 'GET', path })).json);
  }

  /** States in key order, all as of one position. */
  async *states(
    options: { readonly prefix?: string; readonly asOf?: number; readonly limit?: number } = {},
  ): AsyncGenerator<StateReading> {
    const { prefix, asOf, limit } = options;
    if (asOf !== undefined && asOf < 1) return;
    for await (const item of this.pages('/v1/states', { prefix, 'as-of': asOf }, limit)) yield toState(item);
  }

  /** All that was ever applied to a key, oldest first, with its state before and after. */
  async *history(key: string, { from, limit }: HistoryPart = {}): AsyncGenerator<RemoteHistoryEntry> {
    for await (const item of this.pages(pathOf('history', key), { from }, limit)) yield toHistoryEntry(key, item);
  }

  /**
   * Records that pass a filter, in their order or from the last one down. Whether a handler of the app `decided` a record is told by
   * `inspect` alone: here it is false.
   */
  async *records(
    filter: RemoteFilter = {},
    { reverse, limit = Number.POSITIVE_INFINITY }: { readonly reverse?: boolean; readonly limit?: number } = {},
  ): AsyncGenerator<StoredRecord> {
    const { from = 1, to = Number.POSITIVE_INFINITY } = filter;
    if (to < from || limit < 1) return;
    const own = ownCondition(filter);
    let left = limit;
    for await (const item of this.pages('/v1/log', { ...filterQuery(filter), reverse }, own ? undefined : limit)) {
      const record = toRecord(item);
      if (own && !own(record)) continue;
      yield record;
      left -= 1;
      if (left === 0) return;
    }
  }

  /**
   * Records that pass a filter from position `from` on (default 1), and then new ones, until `signal` aborts: over any number of
   * connections.
   */
  async *follow(
    filter: RemoteFilter,
    { from = filter.from ?? 1, signal }: { readonly from?: number; readonly signal?: AbortSignal },
  ): AsyncGenerator<StoredRecord> {
    const { caller } = this;
    const own = ownCondition(filter);
    const headOf = async () => (await this.head()).position;
    for await (const item of followLog(caller, {
      filter,
      from,
      signal: signal ?? new AbortController().signal,
      headOf,
    })) {
      const record = toRecord(item);
      if (!own || own(record)) yield record;
    }
  }

  /** The last position whose time is not after `time` (ms since 1970). */
  async positionAt(time: number): Promise<number> {
    for await (const { position } of this.records({ until: time + 1 }, { reverse: true, limit: 1 })) return position;
    return 0;
  }

  /** The record of a transaction, or undefined. */
  async find(name: string | number): Promise<StoredRecord | undefined> {
    try {
      return (await this.inspect(name)).record;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  /** The record of a transaction. Errors: TRANSACTION_NOT_FOUND, POSITION_NOT_FOUND. */
  async transaction(name: string | number): Promise<StoredRecord> {
    return (await this.inspect(name)).record;
  }

  /** All about one transaction. Errors: TRANSACTION_NOT_FOUND, POSITION_NOT_FOUND. */
  async inspect(name: string | number): Promise<TransactionReport> {
    const path = typeof name === 'number' ? `/v1/positions/${name}` : pathOf('transactions', name);
    return toReport(await this.read(path));
  }

  /** All requests and sessions of what a request or session belongs to, as a tree. */
  async linked(id: string): Promise<LinkedTree> {
    return toTree(await this.read(pathOf('trees', id)));
  }

  /** The id that a text stands for, as of an open environment. Errors: ID_AMBIGUOUS. */
  async completeId(text: string, ...kinds: readonly IdKind[]): Promise<string> {
    if (text.length < limits.shortIdUnitsMin) return text;
    const { id } = await this.read(`/v1/ids/complete${queryOf({ text, kind: kinds })}`);
    return String(id);
  }

  /** The first `limit` ids of a kind that begin with `prefix`, in order. */
  async idsWithPrefix(kind: IdKind, prefix: string, limit: number): Promise<readonly string[]> {
    const { ids } = await this.read(`/v1/ids${queryOf({ kind, prefix, limit })}`);
    return asItems(ids).map(String);
  }

  /** How the environment stands, as `txlog status --json` prints it. */
  status(): Promise<JsonObject> {
    return this.read('/v1/status');
  }

  /** All about a key, as `txlog inspect --key` prints it as JSON. Errors: KEY_NOT_FOUND. */
  key(key: string, { from, limit }: HistoryPart = {}): Promise<JsonObject> {
    return this.read(pathOf('keys', key, { from, limit }));
  }

  /** All about a session, as `txlog inspect --session` prints it as JSON. Errors: SESSION_GONE when there never was one. */
  session(id: string, { from, limit }: HistoryPart = {}): Promise<JsonObject> {
    return this.read(pathOf('sessions', id, { from, limit }));
  }

  private async read(path: string): Promise<JsonObject> {
    return (await this.caller.call({ method: 'GET', path })).json;
  }

  private async find404(path: string, code: string): Promise<JsonObject | undefined> {
    try {
      return await this.read(path);
    } catch (error) {
      if (error instanceof TxlogError && error.code === code) return undefined;
      throw error;
    }
  }

  private async *pages(path: string, query: Query, limit?: number): AsyncGenerator<JsonValue> {
    let cursor: string | undefined;
    let left = limit ?? Number.POSITIVE_INFINITY;
    do {
      const size = Math.min(left, limits.httpPageItemsMax);
      const json = await this.read(`${path}${queryOf({ ...query, limit: size, cursor })}`);
      for (const item of asItems(json.items)) if (isJsonObject(item)) yield item;
      left -= size;
      cursor = typeof json.next === 'string' ? json.next : undefined;
    } while (cursor !== undefined && left > 0);
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof TxlogError && ['TRANSACTION_NOT_FOUND', 'POSITION_NOT_FOUND'].includes(error.code);
}
