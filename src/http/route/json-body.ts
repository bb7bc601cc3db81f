import { isUtf8 } from 'node:buffer';
import { TxlogError } from '../../core/base/errors.ts';
import type { JsonValue } from '../../core/base/json.ts';
import { parseJson } from '../../index.ts';

/** A body that is JSON, with the bytes that it took. */
export interface JsonBody {
  readonly value: JsonValue;
  readonly bytes: number;
}

/** Parses a body as strictly as every other input. Errors: UTF8_INVALID; the JSON_ codes. */
export function readJsonBody(body: Buffer): JsonBody {
  if (!isUtf8(body)) throw new TxlogError('UTF8_INVALID', 'the body is not valid UTF-8');
  return { value: parseJson(body.toString('utf8')), bytes: body.length };
}
