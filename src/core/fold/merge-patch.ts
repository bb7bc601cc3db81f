import { isJsonObject, type JsonValue } from '../base/json.ts';

/**
 * Applies a JSON Merge Patch: objects merge key by key, `null` removes, anything else replaces.
 *
 * Source: RFC 7396, section 2.
 */
export function applyMergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch;
  const merged: Record<string, JsonValue> = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = applyMergePatch(merged[key], value);
  }
  return merged;
}
