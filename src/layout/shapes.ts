import type { JsonObject, JsonValue } from '../core/json.ts';
import type { Receipt } from '../core/receipt.ts';
import type { LogRecord, StoredRecord } from '../core/record.ts';
import type { Owner, Rejection } from '../core/rejection.ts';

/**
 * The JSON shapes that scripts rely on. Within `v`, fields are only ever added. Positions are strings, because a
 * 64-bit number may pass 2^53; times are RFC 3339 in UTC.
 *
 * Source: docs/formats/json.md.
 */
export const shapeVersion = 1;

/** A time for people's and machines' JSON. */
export function toTime(ms: number): string {
  return new Date(ms).toISOString();
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
    ...(dryRun ? { dryRun } : {}),
    ...(rejection ? { rejection: toRejectionJson(rejection) } : {}),
  };
}

/** A rejection as JSON. */
export function toRejectionJson(rejection: Rejection): JsonObject {
  const { code, reason, key, owner, seen } = rejection;
  return {
    code,
    reason,
    ...(key === undefined ? {} : { key }),
    ...(owner ? { owner: toOwnerJson(owner) } : {}),
    ...(seen && Object.keys(seen).length > 0 ? { seen } : {}),
  };
}

/** An owner as JSON. */
export function toOwnerJson({ id, position }: Owner): JsonObject {
  return { id, position: String(position) };
}

/** A record of the log as JSON: what `log`, `rescan` and `inspect` print. */
export function toRecordJson(record: StoredRecord): JsonObject {
  return { ...toLogJson(record), digest: toHexText(record.digest) };
}

function toLogJson(record: LogRecord): JsonObject {
  const { position, id, type, time, outcome, actor, payload, changes, expect, rejection, compensates } = record;
  return {
    v: shapeVersion,
    position: String(position),
    id,
    type,
    time: toTime(time),
    outcome,
    ...(actor === undefined ? {} : { actor }),
    ...(payload === undefined ? {} : { payload }),
    changes: changes as unknown as JsonValue,
    ...(expect.length === 0 ? {} : { expect: expect as unknown as JsonValue }),
    ...(rejection ? { rejection: toRejectionJson(rejection) } : {}),
    ...(compensates === undefined ? {} : { compensates: String(compensates) }),
  };
}

function toHexText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}
