import type { TxlogError } from './core/errors.ts';
import { findColumn } from './layout/json-place.ts';

/** Places an error at its line of an NDJSON input, and at its column when the error names a field of that line. */
export function placeError(error: TxlogError, line: number, text: string): TxlogError {
  const { column, path } = error.details;
  return error.at(line, column ?? (path === undefined ? 1 : findColumn(text, path)));
}
