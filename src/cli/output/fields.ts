import type { JsonObject, JsonValue } from '../../core/base/json.ts';
import { jsonText, printable } from '../../text/printable.ts';

/** A field of a document, by the names on the way to it: `owner.id` is `['owner', 'id']`. */
export type FieldPath = readonly string[];

/** The name of a path, as it is typed. */
export function nameOfPath(path: FieldPath): string {
  return path.join('.');
}

/** The value of a field; undefined where there is none. Through a list the way leads to the field of each item. */
export function valueAt(value: JsonValue | undefined, path: FieldPath): JsonValue | undefined {
  const [name, ...rest] = path;
  if (name === undefined || value === undefined) return value;
  if (Array.isArray(value)) {
    if (/^\d+$/.test(name)) return valueAt(value[Number(name)], rest);
    const all = value.map((item: JsonValue) => valueAt(item, path));
    return all.every((one) => one === undefined) ? undefined : all.map((one) => one ?? null);
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return valueAt((value as JsonObject)[name], rest);
}

/** The document with these fields alone, each where it stood. */
export function onlyFields(document: JsonValue, paths: readonly FieldPath[]): JsonValue {
  if (Array.isArray(document)) return document.map((item: JsonValue) => onlyFields(item, paths));
  if (typeof document !== 'object' || document === null) return document;
  const picked: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(document)) {
    const rests = paths.filter(([first]) => first === name).map((path) => path.slice(1));
    if (rests.length === 0 || value === undefined) continue;
    picked[name] = rests.some((rest) => rest.length === 0) ? value : onlyFields(value, rests);
  }
  return picked;
}

/** All fields of a document that hold no fields of their own, in their order, with their values. */
export function innermostFields(value: JsonValue, path: FieldPath = []): readonly (readonly [FieldPath, JsonValue])[] {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) =>
    inner === undefined ? [] : innermostFields(inner as JsonValue, [...path, name]),
  );
}

/** A value as the text of a cell: a text as it is, but harmless to a terminal; else JSON; nothing where there is none. */
export function cellText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? printable(value) : jsonText(value);
}

const names = [
  ...(['id', 'key', 'session', 'saga', 'theme', 'view', 'name'] as const),
  ...(['setting', 'digest', 'code', 'command'] as const),
];

/**
 * The id of a document: the name by which commands take what it is about. It is the first of `id`, `key`, `session`,
 * `saga`, `theme`, `view`, `name`, `setting`, `code`, `command` that it has; undefined where it has none.
 */
export function idOf(document: JsonValue): string | undefined {
  if (typeof document === 'string') return printable(document);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return undefined;
  const { record } = document as JsonObject;
  if (record !== undefined) return idOf(record);
  const values = names.map((name) => (document as JsonObject)[name]);
  const found = values.find((value) => typeof value === 'string' || typeof value === 'number');
  return found === undefined ? undefined : cellText(found);
}
