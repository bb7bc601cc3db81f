import type { JsonObject } from '../core/base/json.ts';
import type { GroupField, RecordGroup } from '../index.ts';

/** A group of records as JSON: the values by the names of their fields, and how many records have them. */
export function toGroupJson(by: readonly GroupField[], { values, count }: RecordGroup): JsonObject {
  return { ...Object.fromEntries(by.map((field, i) => [field, values[i] ?? null])), count };
}
