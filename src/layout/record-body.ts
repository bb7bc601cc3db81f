import { assert } from '../core/assert.ts';
import { type Change, changeOps } from '../core/change.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import type { Expectation, LogRecord } from '../core/record.ts';
import type { Rejection } from '../core/rejection.ts';
import type { ChangeBody, RecordBody, RejectionBody } from './record-schema.ts';

/** A record as the Avro schema wants it. */
export function toBody(record: LogRecord): RecordBody {
  return {
    id: record.id,
    actor: record.actor ?? null,
    payload: toText(record.payload),
    changes: record.changes.map(toChangeBody),
    expect: record.expect.length === 0 ? null : JSON.stringify(record.expect),
    rejection: record.rejection ? toRejectionBody(record.rejection) : null,
    compensates: record.compensates ?? null,
  };
}

/** The fields of a record that its body holds. */
export function fromBody(body: RecordBody) {
  return {
    id: body.id,
    actor: body.actor ?? undefined,
    payload: fromText(body.payload),
    changes: body.changes.map(fromChangeBody),
    expect: body.expect === null ? [] : (JSON.parse(body.expect) as Expectation[]),
    rejection: body.rejection ? fromRejectionBody(body.rejection) : undefined,
    compensates: body.compensates ?? undefined,
  };
}

const opNumbers = new Map(changeOps.map((op, i) => [op, i]));

function toChangeBody(change: Change): ChangeBody {
  return {
    op: opNumbers.get(change.op) ?? -1,
    key: change.key,
    value: toText(change.value),
    pending: change.pending ?? null,
    owner: change.owner ?? null,
    reducer: change.reducer ?? null,
    result: toText(change.result),
  };
}

function fromChangeBody(body: ChangeBody): Change {
  const op = changeOps[body.op];
  assert(op !== undefined, `operation number ${body.op}`);
  const change: { -readonly [field in keyof Change]: Change[field] } = { op, key: body.key };
  if (body.value !== null) change.value = JSON.parse(body.value) as JsonValue;
  if (body.pending !== null) change.pending = body.pending;
  if (body.owner !== null) change.owner = body.owner;
  if (body.reducer !== null) change.reducer = body.reducer;
  if (body.result !== null) change.result = JSON.parse(body.result) as JsonValue;
  return change;
}

function toRejectionBody(rejection: Rejection): RejectionBody {
  return {
    code: rejection.code,
    reason: rejection.reason,
    key: rejection.key ?? null,
    ownerId: rejection.owner?.id ?? null,
    ownerPosition: rejection.owner?.position ?? null,
    seen: toText(rejection.seen),
  };
}

function fromRejectionBody(body: RejectionBody): Rejection {
  const rejection: { -readonly [field in keyof Rejection]: Rejection[field] } = {
    code: body.code,
    reason: body.reason,
  };
  if (body.key !== null) rejection.key = body.key;
  if (body.ownerId !== null && body.ownerPosition !== null) {
    rejection.owner = { id: body.ownerId, position: body.ownerPosition };
  }
  if (body.seen !== null) rejection.seen = JSON.parse(body.seen) as JsonObject;
  return rejection;
}

function toText(value: JsonValue | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function fromText(text: string | null): JsonValue | undefined {
  return text === null ? undefined : (JSON.parse(text) as JsonValue);
}
