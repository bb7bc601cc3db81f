import type { Change } from './change.ts';
import type { JsonValue } from './json.ts';
import type { Rejection } from './rejection.ts';

/** Every processed request ends in one of two ways. */
export type Outcome = 'committed' | 'rejected';

/** What a client may demand of a key before anything of its request is applied. */
export interface Expectation {
  readonly key: string;
  readonly exists?: boolean;
  readonly version?: number;
  /** Id of the owning request. */
  readonly owner?: string;
}

/** What a request says, besides its id: the same id with another body is a conflict. */
export interface RequestBody {
  readonly type: string;
  readonly actor: string | undefined;
  readonly payload: JsonValue | undefined;
  readonly changes: readonly Change[];
  readonly expect: readonly Expectation[];
}

/**
 * One transaction as the log keeps it. `changes` are those applied when it is committed, and those asked for
 * when it is rejected; `decided` tells that a handler or the engine chose them, not the client.
 */
export interface LogRecord extends RequestBody {
  readonly position: number;
  readonly id: string;
  /** Milliseconds since 1970; never less than that of the record before. */
  readonly time: number;
  readonly outcome: Outcome;
  readonly decided: boolean;
  readonly rejection: Rejection | undefined;
  /** Position of the transaction that this one undoes. */
  readonly compensates: number | undefined;
}

/** A record read from the log, with its link of the hash chain. */
export interface StoredRecord extends LogRecord {
  /** SHA-256 over the previous digest and this record's bytes. */
  readonly digest: Uint8Array;
}

/** Types that only the engine may submit start with this. */
export const reservedTypePrefix = 'txlog.';
/** Logs that pending claims ran out, before anyone else may claim them. */
export const expireType = 'txlog.expire';
/** Undoes one committed transaction. */
export const compensateType = 'txlog.compensate';

/** The keys that a record names: those of its changes, and the one that it was rejected for. */
export function keysOf(record: LogRecord): ReadonlySet<string> {
  const keys = new Set(record.changes.map((change) => change.key));
  if (record.rejection?.key !== undefined) keys.add(record.rejection.key);
  return keys;
}
