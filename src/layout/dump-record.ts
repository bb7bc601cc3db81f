import { TxlogError } from '../core/base/errors.ts';
import { given, ifGiven } from '../core/base/given.ts';
import { forbiddenKeys, isJsonObject, type JsonObject, type JsonValue } from '../core/base/json.ts';
import { limits } from '../core/base/limits.ts';
import { type Change, changeOps } from '../core/fold/change.ts';
import type { Rejection } from '../core/fold/rejection.ts';
import { isDigest } from '../core/log/attachment.ts';
import { findClaimsProblem } from '../core/log/claims.ts';
import { findTraceparentProblem, linksOf } from '../core/log/links.ts';
import { type LogRecord, operationId } from '../core/log/record.ts';
import { checkDumpChanges, checkDumpName } from './dump-changes.ts';
import type { TransactionBody } from './dump-schema.ts';
import { fromExpectList, type Preconditions, toExpectText } from './expect-text.ts';
import type { RecordTexts } from './record-codec.ts';
import type { ChangeBody } from './record-schema.ts';

/** A record of the log as a dump has it. Nothing is parsed: texts of the log go into the texts of the dump. */
export function toTransaction(
  position: number,
  type: string,
  { header, body, links, digest }: RecordTexts,
): TransactionBody {
  return {
    id: body.id === '' ? operationId(position) : body.id,
    type,
    time: header.time,
    committed: header.outcome === 'committed',
    decided: header.decided,
    actor: body.actor,
    payload: body.payload,
    changes: changesText(body.changes),
    expect: body.expect,
    rejection: body.rejection,
    compensates: body.compensates,
    digest,
    correlation: links.correlation ?? null,
    causation: links.causation ?? null,
  };
}

function changesText(changes: readonly ChangeBody[]): string {
  let text = '[';
  for (let i = 0; i < changes.length; i++) {
    const { op, key, value, pending, owner, reducer, result } = changes[i] as ChangeBody;
    text += `${i === 0 ? '' : ','}{"op":"${changeOps[op]}","key":${JSON.stringify(key)}`;
    if (value !== null) text += `,"value":${value}`;
    if (pending !== null) text += `,"pending":${JSON.stringify(pending)}`;
    if (owner !== null) text += `,"owner":${JSON.stringify(owner)}`;
    if (reducer !== null) text += `,"reducer":${JSON.stringify(reducer)}`;
    if (result !== null) text += `,"result":${result}`;
    text += '}';
  }
  return `${text}]`;
}

/**
 * The record that a transaction of a dump tells of: what `toTransaction` was given, to the byte once it is encoded.
 *
 * Errors: DUMP_INVALID where it is none that a log can hold.
 */
export function fromTransaction(position: number, txn: TransactionBody): LogRecord {
  const place = `record ${position}`;
  checkDumpName(txn.id, limits.idBytesMax, `${place}: id`);
  checkDumpName(txn.type, limits.typeBytesMax, `${place}: type`);
  if (txn.actor !== null) checkDumpName(txn.actor, limits.actorBytesMax, `${place}: actor`);
  if (!Number.isSafeInteger(txn.time) || txn.time < 0 || txn.time >= 2 ** 48)
    throw invalid(`${place}: time ${txn.time}`);
  return {
    position,
    id: txn.id,
    type: txn.type,
    time: txn.time,
    outcome: txn.committed ? 'committed' : 'rejected',
    decided: txn.decided,
    actor: txn.actor ?? undefined,
    payload: txn.payload === null ? undefined : parse(txn.payload, `${place}: payload`),
    changes: toChanges(txn.changes, `${place}: changes`),
    ...(txn.expect === null ? { expect: [] } : toPreconditions(txn.expect, place)),
    rejection: txn.rejection === null ? undefined : toRejection(txn.rejection, place),
    compensates: txn.compensates === null ? undefined : checkPosition(txn.compensates, `${place}: compensates`),
    ...linksOf(checkLinks(txn, place)),
  };
}

function checkLinks({ correlation, causation }: TransactionBody, place: string) {
  if (typeof correlation === 'string') checkDumpName(correlation, limits.idBytesMax, `${place}: correlation`);
  if (typeof causation === 'string') checkDumpName(causation, limits.idBytesMax, `${place}: causation`);
  return { correlation: correlation ?? undefined, causation: causation ?? undefined };
}

function toChanges(text: string, place: string): readonly Change[] {
  const changes = parse(text, place);
  if (suspicious.test(text)) refuseForbidden(changes, place);
  return checkDumpChanges(changes, place);
}

function toPreconditions(text: string, place: string): Preconditions {
  const expect = parse(text, `${place}: expect`);
  if (!Array.isArray(expect) || !expect.every(isJsonObject)) throw invalid(`${place}: expect is no list of objects`);
  const preconditions = fromExpectList(expect);
  if (preconditions.expect.length === expect.length) return preconditions;
  const { attachments = [], claims, traceparent } = preconditions;
  // The bytes of the record are made of it again.
  if (!attachments.every(isDigest) || toExpectText(preconditions) !== JSON.stringify(expect))
    throw invalid(`${place}: expect names no attachment`);
  if (claims !== undefined && findClaimsProblem(claims)) throw invalid(`${place}: expect has claims that are none`);
  if (traceparent !== undefined && findTraceparentProblem(traceparent))
    throw invalid(`${place}: expect has a traceparent that is none`);
  return preconditions;
}

function toRejection(body: NonNullable<TransactionBody['rejection']>, place: string): Rejection {
  const { code, reason, key, ownerId, ownerPosition, seen } = body;
  const read = seen === null ? undefined : parse(seen, `${place}: rejection.seen`);
  if (read !== undefined && !isJsonObject(read)) throw invalid(`${place}: rejection.seen is no object`);
  if (key === '' || key?.includes('\0')) throw invalid(`${place}: rejection.key`);
  return {
    code,
    reason,
    ...(key !== null && { key }),
    ...(ownerId !== null &&
      ownerPosition !== null && {
        owner: { id: ownerId, position: checkPosition(ownerPosition, `${place}: rejection.ownerPosition`) },
      }),
    ...given({ seen: ifGiven(read, (read) => read as JsonObject) }),
  };
}

/** A change is an object in a list, and its value may be as deep as any. */
const depthMax = limits.jsonDepthMax + 2;
/** A text without one of these has no forbidden key, also not behind an escape. */
const suspicious = new RegExp(`\\\\u|${[...forbiddenKeys].join('|')}`);

function parse(text: string, place: string): JsonValue {
  if (depthOf(text) > depthMax) throw invalid(`${place}: nested deeper than ${limits.jsonDepthMax}`);
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new TxlogError('DUMP_INVALID', `${place}: ${(cause as Error).message}`, { cause });
  }
}

/** How deep the lists and objects of a JSON text are, at most. */
function depthOf(text: string): number {
  let deepest = 0;
  if (text.length <= depthMax) return deepest;
  for (let i = 0, depth = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x22) {
      for (i += 1; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i += 1;
    } else if (unit === 0x7b || unit === 0x5b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (unit === 0x7d || unit === 0x5d) {
      depth -= 1;
    }
  }
  return deepest;
}

/** Refuses keys that would reach an object's prototype where values are merged. */
function refuseForbidden(value: JsonValue | undefined, place: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    if (forbiddenKeys.has(key)) throw invalid(`${place}: key ${key}`);
    refuseForbidden((value as JsonObject)[key], place);
  }
}

function checkPosition(position: number, place: string): number {
  if (!Number.isSafeInteger(position) || position < 1) throw invalid(`${place} is no position`);
  return position;
}

function invalid(reason: string): TxlogError {
  return new TxlogError('DUMP_INVALID', `${reason} is not what a log can hold`);
}
