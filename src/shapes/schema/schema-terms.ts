/** A JSON Schema (2020-12), as far as these shapes use it. */
export type Schema = Readonly<Record<string, unknown>>;

/** Any JSON. */
export const any: Schema = {};

/** A text. */
export const text: Schema = { type: 'string' };

/** `true` or `false`. */
export const flag: Schema = { type: 'boolean' };

/** A whole number from 0 on. */
export const count: Schema = { type: 'integer', minimum: 0 };

/** A number, with fractions where it is a span of time or a rate. */
export const amount: Schema = { type: 'number' };

/** A position of the log, as text: it may pass 2^53. */
export const position: Schema = { type: 'string', pattern: '^\\d+$' };

/** A time in UTC, RFC 3339 with milliseconds. */
export const time: Schema = { type: 'string', format: 'date-time' };

/** A SHA-256 digest in hexadecimal. */
export const digest: Schema = { type: 'string', pattern: '^[0-9a-f]{64}$' };

/** The version of a shape. */
export const v: Schema = { const: 1 };

/** One of these texts. */
export function oneOf(...values: readonly string[]): Schema {
  return { enum: values };
}

/** A list of these. */
export function listOf(items: Schema): Schema {
  return { type: 'array', items };
}

/** Any of these shapes. */
export function either(...shapes: readonly Schema[]): Schema {
  return { anyOf: shapes };
}

/** An object with these fields. More may follow in later versions: readers ignore what they do not know. */
export function shape(
  required: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema {
  return { type: 'object', properties: { ...required, ...optional }, required: Object.keys(required) };
}

/** A shape with the fields of another one as well. */
export function extend(
  base: Schema,
  required: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema {
  const known = base as { readonly properties: Readonly<Record<string, Schema>>; readonly required: readonly string[] };
  return {
    type: 'object',
    properties: { ...known.properties, ...required, ...optional },
    required: [...known.required, ...Object.keys(required)],
  };
}

/** The output of `--json` for a list. */
export function document(items: Schema): Schema {
  return shape({ v, items: listOf(items) });
}

/** A page of a list, all as of one position; `next` is where the next page begins. */
export function page(items: Schema): Schema {
  return shape({ v, position, items: listOf(items) }, { next: text });
}

/** A shape, or each shape of several, with further fields that may be there. */
export function withOptional(schema: Schema, fields: Readonly<Record<string, Schema>>): Schema {
  if (Array.isArray(schema.anyOf)) {
    return { anyOf: (schema.anyOf as readonly Schema[]).map((one) => withOptional(one, fields)) };
  }
  return { ...schema, properties: { ...(schema.properties as object), ...fields } };
}
