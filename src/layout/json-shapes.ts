import { given, ifGiven } from '../core/base/given.ts';
import type { JsonObject, JsonValue } from '../core/base/json.ts';
import { limits } from '../core/base/limits.ts';
import type { Change } from '../core/fold/change.ts';
import type { Owner, Rejection } from '../core/fold/rejection.ts';
import { sessionOfKey, themeOfKey } from '../core/fold/session.ts';
import { linksOf } from '../core/log/links.ts';
import type { Receipt } from '../core/log/receipt.ts';
import { isEngineType, type LogRecord, type StoredRecord, usersChanges } from '../core/log/record.ts';
import { toHex } from './hex.ts';

/**
 * The JSON shapes that scripts rely on. Within `v`, fields are only ever added. Positions are strings, because a
 * 64-bit number may pass 2^53; times are RFC 3339 in UTC.
 *
 * Source: docs/formats/json.md.
 */
const shapeVersion = 1;

let last = { ms: 0, text: new Date(0).toISOString() };

/** A time for people's and machines' JSON; what is later or earlier than any date is told as the last or first one. */
export function toTime(ms: number): string {
  // Records of one batch have one time, and a rescan prints millions.
  if (ms !== last.ms) last = { ms, text: new Date(withinDates(ms)).toISOString() };
  return last.text;
}

function withinDates(ms: number): number {
  return Math.max(-limits.timeMsMax, Math.min(limits.timeMsMax, ms));
}

/** A receipt as JSON. */
export function toReceiptJson(receipt: Receipt): JsonObject {
  const { id, outcome, position, time, duplicate, durability, rejection, dryRun } = receipt;
  return {
    v: shapeVersion,
    id,
    outcome,
    position: String(position),
    time: toTime(time),
    duplicate,
    durability,
    ...(dryRun && { dryRun }),
    ...given({ rejection: ifGiven(rejection, toRejectionJson) }),
  };
}

/** A rejection as JSON. */
export function toRejectionJson(rejection: Rejection): JsonObject {
  const { code, reason, key, owner, seen } = rejection;
  return {
    code,
    reason,
    ...given({ key, owner: ifGiven(owner, toOwnerJson) }),
    ...(seen && Object.keys(seen).length > 0 && { seen }),
  };
}

/** An owner as JSON. */
function toOwnerJson({ id, position }: Owner): JsonObject {
  return { id, position: String(position) };
}

/** A record of the log as JSON: what `log`, `rescan` and `inspect` print. */
export function toRecordJson(record: StoredRecord): JsonObject {
  return { ...toLogJson(record), digest: toHex(record.digest) };
}

/**
 * The request of a record, to be submitted again, or undefined for what only the engine may submit. Its id is made from
 * the old one and the position, so that submitting it twice applies it once.
 */
export function toRequestJson(record: LogRecord): JsonObject | undefined {
  const { position, id, type, actor, claims, payload, changes, expect, attachments, decided } = record;
  if (isEngineType(type)) return undefined;
  const asked = usersChanges(changes).map(({ result: _, ...change }) => change);
  return {
    id: `${id}~${position}`,
    type,
    ...given({ actor, payload }),
    ...(!decided && asked.length > 0 && { changes: asked as unknown as JsonValue }),
    ...(expect.length > 0 && { expect: expect as unknown as JsonValue }),
    ...(attachments && { attachments }),
    ...given({ claims }),
    ...linksOf(record),
  };
}

/** A change as JSON: a session or theme stands under its own name, for its key is no one's but the engine's. */
function toChangeJson({ key, ...change }: Change): JsonObject {
  const session = sessionOfKey(key);
  const theme = themeOfKey(key);
  const named = session === undefined ? (theme === undefined ? { key } : { theme }) : { session };
  return { op: change.op, ...named, ...(change as unknown as JsonObject) };
}

function toLogJson(record: LogRecord): JsonObject {
  const { position, id, type, time, outcome, actor, payload, changes, expect, ...more } = record;
  const { attachments, claims, rejection, compensates } = more;
  return {
    v: shapeVersion,
    position: String(position),
    id,
    type,
    time: toTime(time),
    outcome,
    ...given({ actor, payload }),
    changes: changes.map(toChangeJson),
    ...(expect.length > 0 && { expect: expect as unknown as JsonValue }),
    ...(attachments && { attachments }),
    ...given({ rejection: ifGiven(rejection, toRejectionJson), compensates: ifGiven(compensates, String), claims }),
    ...linksOf(record),
  };
}
