import type { ViewAnswer } from '../core/app/view-definition.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given, ifGiven } from '../core/base/given.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/base/json.ts';
import type { Change } from '../core/fold/change.ts';
import type { Owner, Rejection } from '../core/fold/rejection.ts';
import { sessionKey, themeKey } from '../core/fold/session.ts';
import type { Receipt } from '../core/log/receipt.ts';
import { isEngineType, type StoredRecord } from '../core/log/record.ts';
import type { HistoryEntry } from '../inspect/key-changes.ts';
import type { Enqueued } from '../sessions/queue/enqueue.ts';
import type { RemovedSession } from '../sessions/queue/wait-for-session.ts';
import type { StateReading } from '../view/read-state.ts';

/** The answer of a view from its JSON. Errors: SERVICE_FAILED of what is none. */
export function toViewAnswer(json: JsonObject): ViewAnswer {
  const { view, value, rejection } = json;
  const position = Number(json.position);
  if (typeof view !== 'string' || !Number.isSafeInteger(position)) throw notReadable('an answer of a view');
  if (isJsonObject(rejection)) return { view, position, rejection: toRejection(rejection) };
  if (value === undefined) throw notReadable('an answer of a view');
  return { view, position, value };
}
type Accepted = Extract<Enqueued, { readonly session: string }>;

/** A receipt from its JSON. Errors: SERVICE_FAILED of what is none. */
export function toReceipt(json: JsonObject): Receipt {
  const { id, outcome, durability, duplicate, rejection, dryRun } = json;
  if (typeof id !== 'string' || (outcome !== 'committed' && outcome !== 'rejected')) throw notReadable('a receipt');
  const head = { id, outcome, position: Number(json.position), time: toMs(json.time) };
  return {
    ...{ ...head, duplicate: duplicate === true, durability: durability as Receipt['durability'] },
    ...given({ rejection: ifGiven(rejection, toRejection) }),
    ...(dryRun === true && { dryRun }),
  } as Receipt;
}

/** A rejection from its JSON. Errors: SERVICE_FAILED of what is none. */
export function toRejection(json: JsonValue): Rejection {
  const fields = asObject(json, 'a rejection');
  return { ...fields, ...given({ owner: ifGiven(fields.owner, toOwner) }) } as unknown as Rejection;
}

/** A transaction by both its names, from its JSON. Errors: SERVICE_FAILED of what is none. */
export function toOwner(json: JsonValue): Owner {
  const { id, position } = asObject(json, 'a transaction');
  return { id: String(id), position: Number(position) };
}

/** A state from its JSON. Errors: SERVICE_FAILED of what is none. */
export function toState(json: JsonValue): StateReading {
  const { v: _, position, owner, pending, ...rest } = asObject(json, 'a state');
  if (typeof rest.key !== 'string') throw notReadable('a state');
  return {
    ...(rest as unknown as StateReading),
    position: Number(position),
    ...given({ owner: ifGiven(owner, toOwner), pending: ifGiven(pending, toPending) }),
  };
}

function toPending(json: JsonValue): NonNullable<StateReading['pending']> {
  const { until, expired } = asObject(json, 'a reservation');
  return { until: toMs(until), expired: expired === true };
}

/** A record from its JSON. Errors: SERVICE_FAILED of what is none. */
export function toRecord(json: JsonValue): StoredRecord {
  const { v: _, position, time, changes, expect, rejection, compensates, digest, ...rest } = asObject(json, 'a record');
  if (typeof rest.type !== 'string' || !Array.isArray(changes)) throw notReadable('a record');
  return {
    ...{ actor: undefined, payload: undefined, decided: isEngineType(rest.type) },
    ...(rest as unknown as StoredRecord),
    ...{ position: Number(position), time: toMs(time), changes: changes.map(toChange) },
    expect: (expect ?? []) as unknown as StoredRecord['expect'],
    rejection: ifGiven(rejection, toRejection),
    compensates: ifGiven(compensates, Number),
    digest: Buffer.from(String(digest), 'hex'),
  };
}

function toChange(json: JsonValue): Change {
  const { op, key, session, theme, ...rest } = asObject(json, 'a change');
  const name =
    session !== undefined ? sessionKey(String(session)) : theme !== undefined ? themeKey(String(theme)) : key;
  return { op, key: name, ...rest } as unknown as Change;
}

/** A request that waits in its queue, from its JSON. */
export function toAccepted({ id, session, position, time, duplicate, durability }: JsonObject): Accepted {
  const head = { id: String(id), session: String(session), position: Number(position), time: toMs(time) };
  return { ...head, duplicate: duplicate === true, durability: durability as Accepted['durability'] };
}

/** A session that is no more, from its JSON. */
export function toRemoved({ session, position, time }: JsonObject): RemovedSession {
  return { session: String(session), removed: true, position: Number(position), time: toMs(time) };
}

/** One transaction in the life of a key: of its record, what the history tells. */
export interface RemoteHistoryEntry extends Omit<HistoryEntry, 'record'> {
  readonly record: Pick<StoredRecord, 'position' | 'id' | 'type' | 'time' | 'changes'>;
}

/** An entry of the history of a key from its JSON. Errors: SERVICE_FAILED of what is none. */
export function toHistoryEntry(key: string, json: JsonValue): RemoteHistoryEntry {
  const { position, id, type, time, ops, before, after } = asObject(json, 'an entry of a history');
  const changes = (Array.isArray(ops) ? ops : []).map((op) => ({ op, key }) as unknown as Change);
  return {
    record: { position: Number(position), id: String(id), type: String(type), time: toMs(time), changes },
    ...given({ before: ifGiven(before, toState), after: ifGiven(after, toState) }),
  };
}

/** A time in ms since 1970. */
export function toMs(json: JsonValue | undefined): number {
  return Date.parse(String(json));
}

/** The fields of an object. Errors: SERVICE_FAILED of what is none. */
export function asObject(json: JsonValue | undefined, what: string): JsonObject {
  if (isJsonObject(json)) return json;
  throw notReadable(what);
}

/** The items of a list. Errors: SERVICE_FAILED of what is none. */
export function asItems(json: JsonValue | undefined): readonly JsonValue[] {
  if (Array.isArray(json)) return json;
  throw notReadable('a list');
}

/** Says that a frontend answered with something else than it should. */
export function notReadable(what: string): TxlogError {
  return new TxlogError('SERVICE_FAILED', `the frontend answered with something that is not ${what}`);
}
