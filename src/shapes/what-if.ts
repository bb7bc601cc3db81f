import { given } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import type { ChangedKey, Flip, WhatIfReport } from '../index.ts';

/** A decision that flips, as JSON. */
export function toFlipJson({ id, position, type, was, would }: Flip): JsonObject {
  return { v: 1, kind: 'flip', position: String(position), id, type, was: { ...was }, would: { ...would } };
}

/** A key that would have another value, as JSON. */
export function toChangedKeyJson({ key, was, would }: ChangedKey): JsonObject {
  return { v: 1, kind: 'key', key, ...given({ was, would }) };
}

/** The totals as JSON: the last line. */
export function toWhatIfJson(report: WhatIfReport): JsonObject {
  return { v: 1, kind: 'summary', ...report };
}
