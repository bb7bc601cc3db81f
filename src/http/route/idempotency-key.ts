import { TxlogError } from '../../core/base/errors.ts';
import { isJsonObject, type JsonValue } from '../../core/base/json.ts';

/**
 * Makes the header `Idempotency-Key` the id of a request: as a structured text in quotes, or as it is.
 *
 * Errors: REQUEST_INVALID when the request names another id. Source: draft-ietf-httpapi-idempotency-key-header.
 */
export function withKey(value: JsonValue, header: string | readonly string[] | undefined): JsonValue {
  if (header === undefined || !isJsonObject(value)) return value;
  const key = unquoted(String(header));
  if (value.id !== undefined && value.id !== key)
    throw new TxlogError('REQUEST_INVALID', 'id: the header Idempotency-Key names another id', { path: 'id' });
  return { ...value, id: key };
}

/** Gives a request that names no id the one that its balancer made for it. */
export function withOwnId(value: JsonValue, id: string | readonly string[] | undefined): JsonValue {
  if (id === undefined || !isJsonObject(value) || value.id !== undefined) return value;
  return { ...value, id: String(id) };
}

function unquoted(text: string): string {
  const [, inner] = /^"((?:[^"\\]|\\["\\])*)"$/.exec(text) ?? [];
  return inner === undefined ? text : inner.replaceAll(/\\(["\\])/g, '$1');
}
