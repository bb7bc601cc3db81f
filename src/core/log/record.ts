import type { JsonObject, JsonValue } from '../base/json.ts';
import type { Change } from '../fold/change.ts';
import type { Rejection } from '../fold/rejection.ts';
import { isEngineKey } from '../fold/session.ts';
import type { Links } from './links.ts';

/** Every processed request ends in one of two ways. */
export type Outcome = 'committed' | 'rejected';

/** A demand of a client on a key before anything of its request is applied. */
export interface Expectation {
  readonly key: string;
  readonly exists?: boolean;
  readonly version?: number;
  /** Id of the owning request. */
  readonly owner?: string;
}

/** The content of a request, besides its id: the same id with another body is a conflict. */
export interface RequestBody {
  readonly type: string;
  readonly actor: string | undefined;
  readonly payload: JsonValue | undefined;
  readonly changes: readonly Change[];
  readonly expect: readonly Expectation[];
  /** Attachments that have to be here, by their digests. */
  readonly attachments?: readonly string[];
}

/**
 * One transaction as the log keeps it. `changes` are those applied when it is committed, and those asked for
 * when it is rejected; `decided` tells that a handler or the engine chose them, not the client.
 */
export interface LogRecord extends RequestBody, Links {
  readonly position: number;
  readonly id: string;
  /** Claims about the one who asked. No part of the request's identity: a token may be renewed between two tries. */
  readonly claims?: JsonObject;
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

/** The part of a record that a fold uses. */
export type FoldedRecord = Pick<
  LogRecord,
  'position' | 'id' | 'type' | 'time' | 'outcome' | 'changes' | 'compensates'
> & {
  readonly rejection: Pick<Rejection, 'key'> | undefined;
  /** Whether it had preconditions, or what stands in their place in the log; undefined where nobody looked. */
  readonly expects?: boolean;
};

/** Types that only the engine may submit start with this. */
export const reservedTypePrefix = 'txlog.';

/** Whether a record of this type is one that the engine made by itself, or upon a command: no client sent it as a request. */
export function isEngineType(type: string): boolean {
  return type.startsWith(reservedTypePrefix);
}

/** Logs that pending claims ran out, before anyone else may claim them. */
export const expireType = 'txlog.expire';
/** Records of what happened to sessions, and nothing else. */
export const sessionType = 'txlog.session';

/** How a saga ended: committed when all its steps are done, rejected when they are compensated. Its id is the saga's. */
export const sagaType = 'txlog.saga';

/** The fence of a step that comes on a slip. Committed: the step began. Rejected: it was undone before it began. */
export const stepType = 'txlog.step';

/** Id of a record of `sessionType`: it needs no index. */
export function operationId(position: number): string {
  return `${sessionType}/${position}`;
}

/** Reads `operationId`. */
export function positionOfOperation(id: string): number | undefined {
  if (!id.startsWith(`${sessionType}/`)) return undefined;
  const position = Number(id.slice(sessionType.length + 1));
  return Number.isSafeInteger(position) && position > 0 ? position : undefined;
}

/** Undoes one committed transaction. */
export const compensateType = 'txlog.compensate';

/** The changes of a record that hold: all when it is committed, else those of the engine's own keys. */
export function appliedChanges({ outcome, changes }: Pick<LogRecord, 'outcome' | 'changes'>): readonly Change[] {
  return outcome === 'committed' ? changes : changes.filter(({ key }) => isEngineKey(key));
}

/** The changes that a client or a handler asked for, without those of the engine's own keys. */
export function usersChanges(changes: readonly Change[]): readonly Change[] {
  return changes.some(({ key }) => isEngineKey(key)) ? changes.filter(({ key }) => !isEngineKey(key)) : changes;
}

/** The users' keys that a record names: those of its changes, and the one that it was rejected for. */
export function keysOf(record: Pick<FoldedRecord, 'changes' | 'rejection'>): ReadonlySet<string> {
  const keys = new Set(usersChanges(record.changes).map((change) => change.key));
  if (record.rejection?.key !== undefined) keys.add(record.rejection.key);
  return keys;
}
