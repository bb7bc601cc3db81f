import { given, ifGiven } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import type { KeyDifference, SideOfKey } from '../index.ts';

/** A key that differs between two environments, as JSON. */
export function toKeyJson({ key, left, right }: KeyDifference): JsonObject {
  return { key, ...given({ left: ifGiven(left, sideJson), right: ifGiven(right, sideJson) }) };
}

function sideJson({ position, ...side }: SideOfKey): JsonObject {
  return { ...side, position: String(position) };
}
