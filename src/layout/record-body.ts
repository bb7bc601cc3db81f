import { assert } from '../core/base/assert.ts';
import type { JsonObject, JsonValue } from '../core/base/json.ts';
import { type Change, changeOps } from '../core/fold/change.ts';
import type { Rejection } from '../core/fold/rejection.ts';
import { type Links, linksOf } from '../core/log/links.ts';
import { operationId } from '../core/log/record.ts';
import { fromExpectList } from './expect-text.ts';
import type { ChangeBody, RecordBody, RejectionBody } from './record-schema.ts';

/** The fields of a record that its body holds. */
export function fromBody(body: RecordBody, position: number) {
  return {
    // An operation on a session has no id but its place.
    id: body.id === '' ? operationId(position) : body.id,
    actor: body.actor ?? undefined,
    payload: fromText(body.payload),
    changes: body.changes.map(fromChangeBody),
    ...fromExpectList(body.expect === null ? [] : (JSON.parse(body.expect) as JsonValue[])),
    rejection: body.rejection ? fromRejectionBody(body.rejection) : undefined,
    compensates: body.compensates ?? undefined,
  };
}

/** The correlation and causation behind a body: two unions of null and a string, as Avro has them. */
export function readLinks(buffer: Buffer, at: number): Links {
  const [correlation, next] = readOptional(buffer, at);
  const [causation] = readOptional(buffer, next);
  return linksOf({ correlation, causation });
}

function readOptional(buffer: Buffer, at: number): readonly [string | undefined, number] {
  if (buffer[at] === 0) return [undefined, at + 1];
  let [value, scale, next] = [0, 1, at + 1];
  for (;;) {
    const part = buffer[next++];
    assert(part !== undefined, 'the links of a record end too early');
    value += (part & 0x7f) * scale;
    if (part < 0x80) break;
    scale *= 0x80;
  }
  const end = next + value / 2;
  assert(end <= buffer.length, 'the links of a record end too early');
  return [buffer.toString('utf8', next, end), end];
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

function fromText(text: string | null): JsonValue | undefined {
  return text === null ? undefined : (JSON.parse(text) as JsonValue);
}
