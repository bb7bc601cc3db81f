import type { ErrorCode } from '../base/error-codes.ts';
import { type ErrorDetails, TxlogError } from '../base/errors.ts';
import { given, ifGiven } from '../base/given.ts';
import {
  copyJson,
  findJsonProblem,
  isJsonObject,
  isPlainJson,
  type JsonObject,
  type JsonValue,
  utf8Length,
} from '../base/json.ts';
import { findKeyProblem, findNameProblem } from '../base/key.ts';
import { limits } from '../base/limits.ts';
import { findOutOfRange, ranges } from '../base/number-range.ts';
import { type Change, requestOps } from '../fold/change.ts';
import type { Rejection } from '../fold/rejection.ts';
import { isDigest } from './attachment.ts';
import { findClaimsProblem } from './claims.ts';
import { findTraceparentProblem, type Links } from './links.ts';
import type { Completion } from './operation.ts';
import { type Expectation, type RequestBody, reservedTypePrefix } from './record.ts';

/** A valid request, ready to be decided. */
export interface Request extends RequestBody, Links {
  readonly id: string;
  /** Claims about the one who asks. */
  readonly claims?: JsonObject;
  /** Bytes of its values as JSON, for the bounds of a batch. */
  readonly bytes: number;
  /** Set for the engine's own requests, which no client can send. */
  readonly compensates?: number;
  /** Theme that its queue sends the receipt to. Submitted without one, its submitter gets the receipt itself. */
  readonly respond?: string;
  /** Set for the engine's own requests: it is refused for this. */
  readonly refusal?: Rejection;
  /** Set for the engine's own requests: where it comes from, this claim ran out. Does nothing else. */
  readonly ranOut?: RanOut;
  /** It was decided before, and is decided again as if: what it asks for is not questioned. */
  readonly logged?: true;
  /** The session that brought the request, and ends with it. */
  readonly completes?: Completion;
}

/** A pending claim that was not confirmed in time: its key, and the id of the request that made it. */
export interface RanOut {
  readonly key: string;
  readonly owner: string;
}

/** A request as a caller hands it in: unknown fields are refused; `id` is made when absent. */
export interface RequestInput {
  readonly id?: string;
  readonly type: string;
  readonly actor?: string;
  /** The id of whatever it all began with, or a name of your own. Made of its cause when absent. */
  readonly correlation?: string;
  /** Id of the request or session that brought it about. */
  readonly causation?: string;
  /** Claims about the one who asks: handlers see them, and the record keeps them. */
  readonly claims?: JsonObject;
  /** The trace that it belongs to, as the header `traceparent` has it. */
  readonly traceparent?: string;
  readonly payload?: JsonValue;
  readonly changes?: readonly Change[];
  readonly expect?: readonly Expectation[];
  /** Attachments that have to be here, by their SHA-256 in hex; else it is rejected. */
  readonly attachments?: readonly string[];
  /** Theme that gets the receipt as a session, when the request goes through a queue. */
  readonly respond?: string;
}

const requestFields = new Set([
  ...['id', 'type', 'actor', 'payload', 'changes', 'expect', 'attachments', 'respond'],
  ...['correlation', 'causation', 'traceparent', 'claims'],
]);
const expectFields = new Set(['key', 'exists', 'version', 'owner']);
const ops: ReadonlySet<string> = new Set(requestOps);

/** Fields of each operation besides its key: required ones, then optional ones, in the order in which people name them. */
export const opFields: Readonly<Record<string, readonly [readonly string[], readonly string[]]>> = {
  claim: [[], ['value', 'pending']],
  confirm: [['owner'], []],
  release: [['owner'], []],
  replace: [['owner', 'value'], []],
  set: [['value'], []],
  merge: [['value'], []],
  add: [['value'], []],
  append: [['value'], []],
  delete: [[], []],
  reduce: [['reducer'], ['value']],
};

/**
 * Turns a JSON value into a Request, or says what is wrong with it and where. Decides nothing about states.
 *
 * Units: `bytesKnown`, of the text that `input` was parsed from, spares small requests the measuring of values.
 * Errors: REQUEST_INVALID, REQUEST_TOO_LARGE, VALUE_TOO_LARGE, KEY_INVALID, TYPE_RESERVED and the JSON_ codes,
 * with the path of the field.
 */
export function checkRequest(input: unknown, makeId: () => string, bytesKnown?: number): Request {
  if (!isJsonObject(input)) throw invalid('a request is a JSON object', '');
  if (bytesKnown !== undefined && bytesKnown > limits.requestBytesMax) throw tooLarge(bytesKnown);
  const small = bytesKnown !== undefined && bytesKnown <= limits.valueBytesMax;
  const measure = (value: JsonValue, path: string, bytesMax: number) => {
    refuseBadJson(value, path);
    return small ? 0 : jsonBytes(value, path, bytesMax);
  };
  for (const field of Object.keys(input)) {
    if (!requestFields.has(field)) throw unknownField(field, field, requestFields);
  }
  const id = input.id === undefined ? makeId() : checkName(input.id, 'id', limits.idBytesMax);
  const type = checkName(input.type, 'type', limits.typeBytesMax);
  if (type.startsWith(reservedTypePrefix)) throw reserved('type', type);
  if (id.startsWith(reservedTypePrefix)) throw reserved('id', id);
  const actor = input.actor === undefined ? undefined : checkName(input.actor, 'actor', limits.actorBytesMax);
  const payload = input.payload;
  let bytes = 128 + (payload === undefined ? 0 : measure(payload, 'payload', limits.requestBytesMax));
  const changes = checkList(input.changes, 'changes', limits.changesPerTransactionMax).map((change, i) => {
    const checked = checkChange(change, `changes[${i}]`);
    const { value } = checked;
    bytes += 32 + checked.key.length;
    if (value !== undefined) bytes += measure(value, `changes[${i}].value`, limits.valueBytesMax);
    return checked;
  });
  const expect = checkList(input.expect, 'expect', limits.expectationsMax).map((item, i) =>
    checkExpectation(item, `expect[${i}]`),
  );
  // The length of a text counts, which was looked at above.
  if (bytesKnown === undefined && bytes > limits.requestBytesMax) throw tooLarge(bytes);
  const body = { payload, changes, expect };
  // A value that was parsed from text is ours; one from a program may change before it is logged.
  const copied = bytesKnown === undefined ? copyJson(body) : body;
  const request = { id, type, actor, ...copied, bytes: bytes + (bytesKnown ?? 0) };
  return rareFields.some((field) => input[field] !== undefined) ? { ...request, ...checkOrigins(input) } : request;
}

const rareFields = ['attachments', 'respond', 'correlation', 'causation', 'traceparent', 'claims'] as const;

/** The fields that few requests have: its attachments, where the receipt goes to, and where and whom the request comes from. */
function checkOrigins({
  attachments,
  respond,
  correlation,
  causation,
  traceparent,
  claims,
}: JsonObject): Pick<Request, 'attachments' | 'respond' | 'claims' | keyof Links> {
  const named = checkList(attachments, 'attachments', limits.attachmentsPerRequestMax).map((digest, i) => {
    if (isDigest(digest)) return digest as string;
    throw invalid('an attachment is named by its SHA-256: 64 hex digits in lower case', `attachments[${i}]`);
  });
  return given({
    attachments: named.length === 0 ? undefined : named,
    respond: ifGiven(respond, (respond) => checkName(respond, 'respond', limits.typeBytesMax)),
    correlation: ifGiven(correlation, (id) => checkName(id, 'correlation', limits.idBytesMax)),
    causation: ifGiven(causation, (id) => checkName(id, 'causation', limits.idBytesMax)),
    traceparent: ifGiven(traceparent, checkTraceparent),
    claims: ifGiven(claims, checkClaims),
  });
}

function checkTraceparent(value: JsonValue): string {
  const problem = findTraceparentProblem(value);
  if (problem) throw invalid(problem, 'traceparent');
  return value as string;
}

/** A copy: those of a program may change before they are logged. */
function checkClaims(value: JsonValue): JsonObject | undefined {
  const problem = findClaimsProblem(value);
  if (problem) throw invalid(problem, 'claims');
  return Object.keys(value as JsonObject).length === 0 ? undefined : (copyJson(value) as JsonObject);
}

/**
 * Checks a list of changes, such as a handler returns.
 *
 * Errors: as `checkRequest`.
 */
export function checkChanges(input: unknown, path: string): readonly Change[] {
  let bytes = 0;
  const changes = checkList(input, path, limits.changesPerTransactionMax).map((change, i) => {
    const checked = checkChange(change, `${path}[${i}]`);
    if (checked.value !== undefined) {
      refuseBadJson(checked.value, `${path}[${i}].value`);
      bytes += jsonBytes(checked.value, `${path}[${i}].value`, limits.valueBytesMax);
    }
    return checked;
  });
  if (bytes > limits.requestBytesMax) throw tooLarge(bytes);
  return changes;
}

function checkChange(input: unknown, path: string): Change {
  if (!isJsonObject(input)) throw invalid('a change is an object', path);
  const op = input.op;
  if (typeof op !== 'string' || !ops.has(op)) {
    throw invalid(`op is one of ${requestOps.join(', ')}`, `${path}.op`, unknownWord(op, requestOps));
  }
  const fields = opFields[op];
  if (!fields) throw invalid(`op ${op} has no fields`, `${path}.op`);
  for (const field of Object.keys(input)) {
    if (field !== 'op' && field !== 'key' && !fields[0].includes(field) && !fields[1].includes(field)) {
      const known = ['op', 'key', ...fields.flat()];
      throw invalid(`${op} has no field ${JSON.stringify(field)}`, `${path}.${field}`, unknownWord(field, known));
    }
  }
  for (const field of fields[0]) {
    if (input[field] === undefined) throw invalid(`${op} needs ${field}`, `${path}.${field}`);
  }
  checkOperands(op, input, path);
  checkKey(input.key, `${path}.key`);
  return input as unknown as Change;
}

function checkOperands(op: string, input: JsonObject, path: string): void {
  if (input.owner !== undefined) checkName(input.owner, `${path}.owner`, limits.idBytesMax);
  if (input.reducer !== undefined) checkName(input.reducer, `${path}.reducer`, limits.typeBytesMax);
  if (input.pending !== undefined) {
    const problem = findOutOfRange('pending', input.pending, ranges.pending);
    if (problem !== undefined) throw invalid(problem, `${path}.pending`);
  }
  if (op === 'append' && !Array.isArray(input.value)) throw invalid('append needs a list of items', `${path}.value`);
  if (op === 'add') checkAddend(input.value, `${path}.value`);
}

function checkAddend(value: JsonValue | undefined, path: string): void {
  const addends = isJsonObject(value) ? Object.entries(value) : [['', value] as const];
  for (const [field, addend] of addends) {
    if (typeof addend !== 'number') {
      throw invalid('add needs a number, or an object of numbers', field === '' ? path : `${path}.${field}`);
    }
  }
}

function checkExpectation(input: unknown, path: string): Expectation {
  if (!isJsonObject(input)) throw invalid('an expectation is an object', path);
  for (const field of Object.keys(input)) {
    if (!expectFields.has(field)) throw unknownField(field, `${path}.${field}`, expectFields);
  }
  checkKey(input.key, `${path}.key`);
  const { exists, version, owner } = input;
  if (exists === undefined && version === undefined && owner === undefined) {
    throw invalid('an expectation names exists, version or owner', path);
  }
  if (exists !== undefined && typeof exists !== 'boolean') throw invalid('exists is true or false', `${path}.exists`);
  const wrong = version === undefined ? undefined : findOutOfRange('version', version, ranges.count);
  if (wrong !== undefined) throw invalid(wrong, `${path}.version`);
  if (owner !== undefined) checkName(owner, `${path}.owner`, limits.idBytesMax);
  return input as unknown as Expectation;
}

function checkKey(key: JsonValue | undefined, path: string): void {
  const problem = findKeyProblem(key);
  if (problem) throw new TxlogError('KEY_INVALID', `${path}: ${problem}`, { path });
}

function checkName(value: JsonValue | undefined, path: string, bytesMax: number): string {
  const problem = findNameProblem(value, bytesMax);
  if (problem) throw invalid(problem, path);
  return value as string;
}

function checkList(value: unknown, path: string, max: number): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw invalid('a list is needed', path);
  if (value.length > max) throw invalid(`${value.length} entries are over the limit of ${max}`, path);
  // A hole would be skipped by every later check.
  return Array.from(value);
}

function refuseBadJson(value: JsonValue, path: string): void {
  const problem = isPlainJson(value, 0) ? undefined : findJsonProblem(value, path);
  if (problem) throw new TxlogError(problem.code, `${problem.path}: ${problem.reason}`, { path: problem.path });
}

function tooLarge(bytes: number): TxlogError {
  return new TxlogError(
    'REQUEST_TOO_LARGE',
    `request of ${bytes} bytes is over the limit of ${limits.requestBytesMax}`,
  );
}

function jsonBytes(value: JsonValue, path: string, bytesMax: number): number {
  const bytes = typeof value === 'number' || typeof value === 'boolean' ? 8 : utf8Length(JSON.stringify(value));
  if (bytes > bytesMax) {
    const code: ErrorCode = path === 'payload' ? 'REQUEST_TOO_LARGE' : 'VALUE_TOO_LARGE';
    throw new TxlogError(code, `${path}: ${bytes} bytes are over the limit of ${bytesMax}`, { path });
  }
  return bytes;
}

function reserved(path: string, name: string): TxlogError {
  return new TxlogError('TYPE_RESERVED', `${path} ${name}: names with ${reservedTypePrefix} belong to the engine`, {
    path,
  });
}

function invalid(reason: string, path: string, more: ErrorDetails = {}): TxlogError {
  const message = path === '' ? reason : `${path}: ${reason}`;
  return new TxlogError('REQUEST_INVALID', message, path === '' ? more : { ...more, path });
}

function unknownField(field: string, path: string, known: ReadonlySet<string>): TxlogError {
  return invalid(`unknown field ${JSON.stringify(field)}`, path, unknownWord(field, [...known]));
}

function unknownWord(word: unknown, known: readonly string[]): ErrorDetails {
  return typeof word === 'string' ? { unknown: { word, known } } : {};
}
