import { TxlogError } from '../core/base/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/base/json.ts';
import { findKeyProblem, findNameProblem } from '../core/base/key.ts';
import { limits } from '../core/base/limits.ts';
import { type Change, changeOps } from '../core/fold/change.ts';
import { isSessionOp, type SessionOp, sessionOfKey, themeOfKey } from '../core/fold/session.ts';

const ops: ReadonlySet<string> = new Set(changeOps);

/**
 * The changes of a record that comes from elsewhere. Whoever wrote it could put anything there; the fold trusts what it
 * is given, because elsewhere step 1 has checked it.
 *
 * Errors: DUMP_INVALID naming the place of what no log holds.
 */
export function checkDumpChanges(changes: JsonValue, place: string): readonly Change[] {
  if (!Array.isArray(changes)) throw invalid(`${place} are no list`);
  // Expiries and ends of sessions stand beside those that were asked for.
  if (changes.length > limits.changesPerTransactionMax * 2) throw invalid(`${place} are ${changes.length}`);
  changes.forEach((change, i) => {
    checkChange(change, `${place}[${i}]`);
  });
  return changes as unknown as readonly Change[];
}

/** Refuses a name that no log holds. Errors: DUMP_INVALID. */
export function checkDumpName(name: unknown, bytesMax: number, place: string): void {
  const problem = findNameProblem(name, bytesMax);
  if (problem !== undefined) throw invalid(`${place} ${problem}`);
}

function checkChange(change: JsonValue, place: string): void {
  if (!isJsonObject(change)) throw invalid(`${place} is no object`);
  const { op, key, value, pending, owner, reducer, result } = change;
  if (typeof op !== 'string' || !ops.has(op)) throw invalid(`${place}.op is none`);
  if (pending !== undefined && !(typeof pending === 'number' && pending > 0))
    throw invalid(`${place}.pending is not a time`);
  if (owner !== undefined) checkDumpName(owner, limits.idBytesMax, `${place}.owner`);
  if (reducer !== undefined) checkDumpName(reducer, limits.typeBytesMax, `${place}.reducer`);
  if (op === 'restore' && !isRestored(result)) throw invalid(`${place}.result is no state`);
  if (op === 'merge' && !isJsonObject(value) && themeOfKey(String(key)) !== undefined) throw invalid(`${place}.value`);
  checkKeyAndValue({ op: op as Change['op'], key, value }, place);
}

interface KeyAndValue {
  readonly op: Change['op'];
  readonly key: JsonValue | undefined;
  readonly value: JsonValue | undefined;
}

/** Sessions and themes have keys, operations and values of their own. */
function checkKeyAndValue({ op, key, value }: KeyAndValue, place: string): void {
  const text = typeof key === 'string' ? key : '';
  const session = sessionOfKey(text);
  const theme = themeOfKey(text);
  if (isSessionOp(op)) {
    checkDumpName(session, limits.idBytesMax, `${place}.key of a session`);
    if (!isOperation(op, value)) throw invalid(`${place}.value is none of ${op}`);
  } else if (theme !== undefined) {
    checkDumpName(theme, limits.typeBytesMax, `${place}.key of a theme`);
    if ((op !== 'set' && op !== 'merge') || !isTheme(op, value)) throw invalid(`${place} is no change of a theme`);
  } else {
    const problem = findKeyProblem(key);
    if (problem !== undefined) throw invalid(`${place}.key ${problem}`);
  }
}

function isTheme(op: 'set' | 'merge', value: JsonValue | undefined): boolean {
  if (!isJsonObject(value)) return false;
  const { number, paused } = value;
  const isNumbered = op === 'merge' ? number === undefined : isUint32(number);
  return isNumbered && (paused === undefined || paused === null || typeof paused === 'boolean');
}

/** The type of each field of an operation's value, where it is there. */
const fields: Readonly<Record<string, (value: JsonValue) => boolean>> = {
  theme: isUint32,
  due: isTime,
  order: isText,
  behind: isBoolean,
  epoch: isTime,
  force: isBoolean,
  operator: isText,
  lease: (value) => typeof value === 'number' && value >= 0,
  error: isText,
  interrupted: isBoolean,
  bytes: isTime,
  phase: isText,
  base64: isText,
  correlation: isText,
  causation: isText,
  traceparent: isText,
};

const withChunk: ReadonlySet<SessionOp> = new Set(['session.new', 'session.append', 'session.replace']);

function isOperation(op: SessionOp, value: JsonValue | undefined): boolean {
  if (value === undefined) return !withChunk.has(op);
  if (!isJsonObject(value)) return false;
  if (op === 'session.new' && value.theme === undefined) return false;
  if (withChunk.has(op) && value.data === undefined && value.base64 === undefined) return false;
  return Object.entries(fields).every(([name, is]) => value[name] === undefined || is(value[name] as JsonValue));
}

function isRestored(result: JsonValue | undefined): boolean {
  if (!isJsonObject(result)) return false;
  const { exists, owner, pendingUntil } = result as JsonObject;
  const isPosition = owner === undefined || (isTime(owner) && owner !== 0);
  return isBoolean(exists) && isPosition && (pendingUntil === undefined || isTime(pendingUntil));
}

function isUint32(value: JsonValue | undefined): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32;
}

function isTime(value: JsonValue | undefined): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isText(value: JsonValue | undefined): boolean {
  return typeof value === 'string';
}

function isBoolean(value: JsonValue | undefined): boolean {
  return typeof value === 'boolean';
}

function invalid(reason: string): TxlogError {
  return new TxlogError('DUMP_INVALID', `${reason}: no log holds that`);
}
