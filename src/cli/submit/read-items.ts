import type { App } from '../../core/app/app.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import { isJsonObject, type JsonValue } from '../../core/base/json.ts';
import type { Request, RequestInput } from '../../core/log/request.ts';
import { parseJson } from '../../index.ts';
import { locateError } from '../../layout/locate-error.ts';
import type { Line } from '../../text/split-lines.ts';
import type { Submitter } from '../reach/submitter.ts';

/** The content of a line: a request that can be decided, or why there is none. */
export type LoadItem =
  | {
      readonly line: number;
      readonly request: Request;
      /** Submitting it again is safe. */
      readonly hasId: boolean;
      /** The line itself, where the request stands in it as it is. */
      readonly text?: string;
    }
  | { readonly line: number; readonly error: TxlogError };

/** Turns a foreign line into requests. */
export type Mapping = NonNullable<App['map']>;

/**
 * The requests of a line: one, or with a mapping any number. When one of them is bad, the line is, and none of it is
 * submitted. Every error is placed at the line.
 *
 * Errors, as items: UTF8_INVALID, the JSON_ codes, those of `Environment.check`, MAPPING_FAILED.
 */
export function readItems(env: Submitter, mapping: Mapping | undefined, line: Line): LoadItem[] {
  if ('error' in line) return [{ line: line.number, error: line.error }];
  try {
    const value = parseJson(line.text);
    if (mapping) return mapLine(mapping, value, line.number).map((input) => checkMapped(env, input, line.number));
    const hasId = isJsonObject(value) && value.id !== undefined;
    return [{ line: line.number, request: env.check(value, line.bytes), hasId, text: line.text }];
  } catch (error) {
    if (!(error instanceof TxlogError)) throw error;
    // A field of what a mapping made is no place in the line; what has a column is of the text.
    const hasPlace = !mapping || error.details.column !== undefined;
    return [
      { line: line.number, error: hasPlace ? locateError(error, line.number, line.text) : error.at(line.number) },
    ];
  }
}

/** Users' code: whatever it throws is told as a failure of the mapping, at the line. */
function mapLine(mapping: Mapping, value: JsonValue, number: number): readonly RequestInput[] {
  let mapped: ReturnType<Mapping>;
  try {
    mapped = mapping(value, number);
  } catch (cause) {
    throw failed(
      `the mapping threw ${(cause as Error)?.name ?? 'something'}: ${(cause as Error)?.message ?? cause}`,
      cause,
    );
  }
  if (mapped === undefined || mapped === null) return [];
  return Array.isArray(mapped) ? mapped : [mapped as RequestInput];
}

function checkMapped(env: Submitter, input: RequestInput, line: number): LoadItem {
  // An id that is made anew in each run would apply the line once more each time it is submitted.
  if (isJsonObject(input) && input.id === undefined) {
    throw failed('the mapping gave a request without an id; make one from the line, so that a second run is safe');
  }
  return { line, request: env.check(input), hasId: true };
}

function failed(message: string, cause?: unknown): TxlogError {
  return new TxlogError('MAPPING_FAILED', message, given({ cause }));
}
