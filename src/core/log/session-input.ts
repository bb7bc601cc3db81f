import { TxlogError } from '../base/errors.ts';
import { given, ifGiven } from '../base/given.ts';
import { copyJson, findJsonProblem, type JsonValue, utf8Length } from '../base/json.ts';
import { findNameProblem } from '../base/key.ts';
import { limits } from '../base/limits.ts';
import { findOutOfRange, ranges } from '../base/number-range.ts';
import type { Chunk } from '../fold/session.ts';
import { findTraceparentProblem, type Links } from './links.ts';
import { reservedTypePrefix } from './record.ts';

/** Data as they go into the log, with their bytes. */
export interface CheckedData {
  readonly chunk: Chunk;
  readonly bytes: number;
}

/**
 * Checks the data of an operation: JSON, or bytes.
 *
 * Errors: the JSON_ codes and VALUE_TOO_LARGE.
 */
export function checkData(data: JsonValue | Uint8Array): CheckedData {
  if (data instanceof Uint8Array) {
    refuseTooLarge(data.length);
    return { chunk: { base64: Buffer.from(data).toString('base64') }, bytes: data.length };
  }
  const problem = findJsonProblem(data, 'data');
  if (problem) throw new TxlogError(problem.code, `${problem.path}: ${problem.reason}`, { path: problem.path });
  const bytes = utf8Length(JSON.stringify(data));
  refuseTooLarge(bytes);
  return { chunk: { data: copyJson(data) }, bytes };
}

/** Reads a chunk: JSON as it is, binary as bytes. */
export function dataOf(chunk: Chunk): JsonValue | Uint8Array {
  return 'base64' in chunk ? new Uint8Array(Buffer.from(chunk.base64, 'base64')) : chunk.data;
}

/** Checks a name: a session id, theme, order key, operator, actor. Errors: REQUEST_INVALID, TYPE_RESERVED. */
export function checkName(name: string, value: string, bytesMax: number = limits.idBytesMax): string {
  const problem = findNameProblem(value, bytesMax);
  if (problem) throw invalid(name, problem);
  return value;
}

/** The author of something, and the reason. */
interface By {
  readonly reason?: string | undefined;
  readonly actor?: string | undefined;
}

/** Checks an author and a reason: both stay in the log. Errors: REQUEST_INVALID, JSON_UNPAIRED_SURROGATE. */
export function checkBy(by: By): void {
  const problem = findByProblem(by);
  if (problem) throw problem;
}

/** Finds what is wrong with an author or a reason. Problems: REQUEST_INVALID. */
export function findByProblem({ reason, actor }: By): TxlogError | undefined {
  const ofReason = reason === undefined ? undefined : findTextProblem('reason', reason);
  if (ofReason) return ofReason;
  const ofActor = actor === undefined ? undefined : findNameProblem(actor, limits.actorBytesMax);
  return ofActor === undefined ? undefined : invalid('actor', ofActor);
}

/** Checks the error that a caller gives. Errors: REQUEST_INVALID, JSON_UNPAIRED_SURROGATE. */
export function checkError(error: string): string {
  const problem = findTextProblem('error', error);
  if (problem) throw problem;
  return error;
}

function invalid(name: string, problem: string): TxlogError {
  return new TxlogError('REQUEST_INVALID', `${name}: ${problem}`, { path: name });
}

function findTextProblem(name: string, text: unknown): TxlogError | undefined {
  if (typeof text !== 'string') return invalid(name, 'text is needed');
  if (!text.isWellFormed())
    return new TxlogError('JSON_UNPAIRED_SURROGATE', `${name}: it holds half of a surrogate pair`, { path: name });
  const { givenReasonUnitsMax: max } = limits;
  return text.length > max ? invalid(name, `${text.length} characters are over the limit of ${max}`) : undefined;
}

/** Checks a name that a user makes. Errors: as `checkName`; TYPE_RESERVED of one that belongs to the engine. */
export function checkOwnName(name: string, value: string, bytesMax: number = limits.idBytesMax): string {
  checkName(name, value, bytesMax);
  if (!value.startsWith(reservedTypePrefix)) return value;
  throw new TxlogError('TYPE_RESERVED', `${name} ${value}: names with ${reservedTypePrefix} belong to the engine`, {
    path: name,
  });
}

/** Checks where a session comes from. Errors: REQUEST_INVALID. */
export function checkLinks({
  correlation,
  causation,
  traceparent,
}: { readonly [field in keyof Links]: string | undefined }): Links {
  const problem = traceparent === undefined ? undefined : findTraceparentProblem(traceparent);
  if (problem !== undefined) throw invalid('traceparent', problem);
  return given({
    correlation: ifGiven(correlation, (id) => checkName('correlation', id)),
    causation: ifGiven(causation, (id) => checkName('causation', id)),
    traceparent,
  });
}

/** Checks a span of time in seconds. Errors: REQUEST_INVALID. */
export function checkSeconds(name: string, seconds: number): number {
  const problem = findOutOfRange(name, seconds, ranges.pause);
  if (problem === undefined) return seconds;
  throw new TxlogError('REQUEST_INVALID', problem, { path: name });
}

function refuseTooLarge(bytes: number): void {
  if (bytes <= limits.valueBytesMax) return;
  throw new TxlogError('VALUE_TOO_LARGE', `data: ${bytes} bytes are over the limit of ${limits.valueBytesMax}`, {
    path: 'data',
  });
}
