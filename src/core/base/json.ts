import { limits } from './limits.ts';

/** Any JSON value; txlog treats them as immutable everywhere. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Whether `value` is an object, and neither null nor a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Structural equality; the order of an object's keys does not count. */
export function jsonEquals(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => jsonEquals(item, b[i]));
  }
  if (Array.isArray(b)) return false;
  const left = a as JsonObject;
  const right = b as JsonObject;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && jsonEquals(left[key], right[key]));
}

/** The reason why a value cannot be stored as JSON, with the path to it. */
export interface JsonProblem {
  readonly code:
    | 'JSON_TOO_DEEP'
    | 'JSON_FORBIDDEN_KEY'
    | 'JSON_INVALID'
    | 'JSON_INEXACT_NUMBER'
    | 'JSON_UNPAIRED_SURROGATE';
  readonly path: string;
  readonly reason: string;
}

/** Keys that would reach an object's prototype in careless code. */
export const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Finds the first reason why `value` is not plain JSON: a wrong JavaScript type, a forbidden key, a number that
 * JSON cannot hold, an unpaired surrogate, or a depth over `limits.jsonDepthMax`.
 */
export function findJsonProblem(value: unknown, path: string, depth = 0): JsonProblem | undefined {
  switch (typeof value) {
    case 'boolean':
      return undefined;
    case 'string':
      return value.isWellFormed()
        ? undefined
        : { code: 'JSON_UNPAIRED_SURROGATE', path, reason: 'text holds half of a surrogate pair' };
    case 'number':
      return findNumberProblem(value, path);
    case 'object':
      return value === null ? undefined : findNestedProblem(value, path, depth + 1);
    default:
      return { code: 'JSON_INVALID', path, reason: `${typeof value} is not JSON` };
  }
}

/** Whether `findJsonProblem` would find nothing: the same rules without paths, for the many values that are fine. */
export function isPlainJson(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object') return typeof value === 'boolean';
  if (value === null) return true;
  if (depth >= limits.jsonDepthMax) return false;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!isPlainJson(value[i], depth + 1)) return false;
    return true;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key of Object.keys(value)) {
    if (forbiddenKeys.has(key) || !key.isWellFormed()) return false;
    if (!isPlainJson((value as Record<string, unknown>)[key], depth + 1)) return false;
  }
  return true;
}

function findNumberProblem(value: number, path: string): JsonProblem | undefined {
  if (Number.isFinite(value)) return undefined;
  return { code: 'JSON_INEXACT_NUMBER', path, reason: `${value} is not a JSON number` };
}

function findNestedProblem(value: object, path: string, depth: number): JsonProblem | undefined {
  if (depth > limits.jsonDepthMax) {
    return { code: 'JSON_TOO_DEEP', path, reason: `nested deeper than ${limits.jsonDepthMax}` };
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const problem = findJsonProblem(value[i], `${path}[${i}]`, depth);
      if (problem) return problem;
    }
    return undefined;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    return { code: 'JSON_INVALID', path, reason: 'only plain objects and lists are JSON' };
  }
  for (const key of Object.keys(value)) {
    if (forbiddenKeys.has(key)) {
      return { code: 'JSON_FORBIDDEN_KEY', path, reason: `key ${key} is refused` };
    }
    if (!key.isWellFormed()) {
      return { code: 'JSON_UNPAIRED_SURROGATE', path, reason: 'key holds half of a surrogate pair' };
    }
    const problem = findJsonProblem(
      (value as Record<string, unknown>)[key],
      path === '' ? key : `${path}.${key}`,
      depth,
    );
    if (problem) return problem;
  }
  return undefined;
}

/** A copy that shares nothing with what the caller may still change. Fields that are undefined are left out. */
export function copyJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyJson) as T;
  const copy: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined) continue;
    // Assigned, it would become the copy's prototype, and nobody could refuse it any more.
    if (key === '__proto__') Object.defineProperty(copy, key, { value: copyJson(field), enumerable: true });
    else copy[key] = copyJson(field);
  }
  return copy as T;
}

/** Freezes a value and all in it, before it is handed to code that is not ours. */
export function deepFreeze<T extends JsonValue | undefined>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item as JsonValue);
  }
  return value;
}

/** Whether a value is so small that its JSON is within `bytes` whatever it holds: spares most values the measuring. */
export function isSurelyWithin(value: JsonValue, bytes: number): boolean {
  return bytesAtMost(value, bytes) <= bytes;
}

/** An upper bound, or any number above `enough`. */
function bytesAtMost(value: JsonValue, enough: number): number {
  if (typeof value === 'string') return value.length * 6 + 2;
  if (typeof value !== 'object' || value === null) return 25;
  let bytes = 2;
  for (const [key, item] of Object.entries(value)) {
    bytes += key.length * 6 + 4 + bytesAtMost(item, enough);
    if (bytes > enough) break;
  }
  return bytes;
}

/** Size of a text in UTF-8, without encoding it. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    // A surrogate pair is four bytes in two units: two for each unit.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}
