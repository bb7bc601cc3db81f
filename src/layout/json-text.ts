import { printParseErrorCode, visit } from 'jsonc-parser';
import type { ErrorCode } from '../core/base/error-codes.ts';
import { TxlogError } from '../core/base/errors.ts';
import { findJsonProblem, forbiddenKeys, type JsonValue } from '../core/base/json.ts';
import { limits } from '../core/base/limits.ts';

/**
 * Parses one JSON text strictly: no duplicate keys, no number that JavaScript would round, no depth bomb, no
 * forbidden key, no unpaired surrogate.
 *
 * Errors: the JSON_ codes, with line and column counted from 1.
 */
export function parseJson(text: string): JsonValue {
  let value: JsonValue | undefined;
  let parsed = false;
  if (!text.includes('\\u') && text.isWellFormed() && scan(text)) {
    try {
      value = JSON.parse(text) as JsonValue;
      parsed = true;
    } catch {
      // Which place is wrong is for the slow reader to say.
    }
    if (parsed && countMembers(value) === scanned.members) return value as JsonValue;
  }
  return parseSlowly(text);
}

const scanned = { members: 0 };

/**
 * One cheap pass over the text. True when it shows no long number and no great depth; counts the members of all
 * objects, which are more than the parsed value has when a key is doubled.
 */
function scan(text: string): boolean {
  let depth = 0;
  let members = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x22) {
      i = endOfString(text, i + 1);
    } else if (unit === 0x3a) {
      members += 1;
    } else if (unit === 0x7b || unit === 0x5b) {
      if (++depth > limits.jsonDepthMax) return false;
    } else if (unit === 0x7d || unit === 0x5d) {
      depth -= 1;
    } else if (unit === 0x45 || unit === 0x2b) {
      return false;
    } else if (unit === 0x2d || (unit >= 0x30 && unit <= 0x39)) {
      const start = i;
      while (isNumberUnit(text.charCodeAt(i + 1))) i += 1;
      // Up to 15 digits a double holds any decimal; an exponent is for the slow reader.
      if (i - start > 14 || text.charCodeAt(i + 1) === 0x65) return false;
    }
  }
  scanned.members = members;
  return true;
}

function endOfString(text: string, from: number): number {
  let i = from;
  for (; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x22) return i;
    if (unit === 0x5c) i += 1;
  }
  return i;
}

function isNumberUnit(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || unit === 0x2e;
}

function countMembers(value: JsonValue | undefined): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) count += countMembers(value[i]);
    return count;
  }
  for (const key in value) {
    // Not a number, so never what the scan counted: the slow reader says where the key stands.
    if (forbiddenKeys.has(key)) return Number.NaN;
    count += 1 + countMembers((value as Record<string, JsonValue>)[key]);
  }
  return count;
}

/** The place of a token, as the visitor tells it. All of it counts from 0. */
type Place = [offset: number, length: number, line: number, column: number];

/** The whole check, with places: for texts that the quick pass does not prove harmless. */
function parseSlowly(text: string): JsonValue {
  const keys: Set<string>[] = [];
  const open = (...[, , line, column]: Place) => {
    keys.push(new Set());
    if (keys.length > limits.jsonDepthMax)
      fail('JSON_TOO_DEEP', `nested deeper than ${limits.jsonDepthMax}`, { line, column });
  };
  visit(
    text,
    {
      onObjectBegin: open,
      onArrayBegin: open,
      onObjectEnd: () => void keys.pop(),
      onArrayEnd: () => void keys.pop(),
      onObjectProperty: (key, ...[, , line, column]) => {
        if (keys.at(-1)?.has(key))
          fail('JSON_DUPLICATE_KEY', `key ${JSON.stringify(key)} stands twice`, { line, column });
        if (forbiddenKeys.has(key)) fail('JSON_FORBIDDEN_KEY', `key ${key} is refused`, { line, column });
        refuseHalfPair(key, line, column);
        keys.at(-1)?.add(key);
      },
      onLiteralValue: (value, ...[offset, length, line, column]) => {
        const token = text.slice(offset, offset + length);
        if (typeof value === 'string') refuseHalfPair(value, line, column);
        if (typeof value !== 'number' || isExact(token)) return;
        fail('JSON_INEXACT_NUMBER', `${token.slice(0, 40)} would be rounded; put it as text`, { line, column });
      },
      onError: (code, ...[, , line, column]) =>
        fail('JSON_INVALID', `broken JSON: ${describe(printParseErrorCode(code))}`, { line, column }),
    },
    { disallowComments: true, allowTrailingComma: false },
  );
  return checked(text);
}

function refuseHalfPair(text: string, line: number, column: number): void {
  if (!text.isWellFormed()) fail('JSON_UNPAIRED_SURROGATE', 'text holds half of a surrogate pair', { line, column });
}

/** Lines and columns of the visitor count from 0. */
function fail(
  code: ErrorCode,
  reason: string,
  { line, column }: { readonly line: number; readonly column: number },
): never {
  throw new TxlogError(code, reason, { line: line + 1, column: column + 1 });
}

function checked(text: string): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (cause) {
    // The visitor is more lenient than JSON in corners such as control characters in a string.
    throw new TxlogError('JSON_INVALID', 'broken JSON', { line: 1, column: 1, cause });
  }
  const problem = findJsonProblem(value, '');
  if (problem) throw new TxlogError(problem.code, problem.reason, { line: 1, column: 1, path: problem.path });
  return value;
}

function describe(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

/** Whether a double, written shortest, denotes the same decimal number as the token. */
function isExact(token: string): boolean {
  const value = Number(token);
  return Number.isFinite(value) && decimal(token) === decimal(String(value));
}

/** Sign, digits without leading and trailing zeros, and exponent: equal for equal numbers. */
function decimal(token: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token);
  if (!match) return token;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  let end = digits.length;
  // Not by a pattern: it would take a quadratic time for a long run of zeros before the last digit.
  while (digits[end - 1] === '0') end -= 1;
  const significant = digits.slice(0, end);
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}
