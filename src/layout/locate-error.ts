import type { TxlogError } from '../core/base/errors.ts';
import { findColumn } from './json-place.ts';

/** Places an error at its line of an NDJSON input, and at its column when the error names a place or a field of it. */
export function locateError(error: TxlogError, line: number, text: string): TxlogError {
  const { path } = error.details;
  return error.in(text).at(line, columnIn(text, error) ?? (path === undefined ? 1 : findColumn(text, path)));
}

/** JSON's reader takes a carriage return for the end of a line. Here only a newline is one: columns go on behind it. */
function columnIn(text: string, { details: { line = 1, column } }: TxlogError): number | undefined {
  if (column === undefined) return undefined;
  let start = 0;
  for (let before = 1; before < line; before++) start = text.indexOf('\r', start) + 1;
  return start + column;
}
