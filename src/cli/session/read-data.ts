import { TxlogError } from '../../core/base/errors.ts';
import type { JsonValue } from '../../core/base/json.ts';
import type { Data } from '../../index.ts';
import { readBytesFile, readTextFile } from '../frame/read-file.ts';
import { parseFlagJson } from '../submit/short-forms.ts';

/** Where the data of an operation come from. */
export interface DataFlags {
  /** JSON, `@FILE` that holds it, or `-` for stdin. */
  readonly data?: string | undefined;
  /** A file of bytes, or `-` for stdin. */
  readonly bytes?: string | undefined;
}

/**
 * The data that the flags tell; `null` when they tell none.
 *
 * Errors: INPUT_NOT_FOUND, INPUT_UNREADABLE, UTF8_INVALID and the JSON_ codes.
 */
export function readSessionData({ data, bytes }: DataFlags): Data {
  if (bytes !== undefined) return new Uint8Array(readBytesFile(bytes, { flag: '--bytes' }));
  return readJsonData('--data', data);
}

/** The JSON that a flag tells: itself, `@FILE` that holds it, or `-` for stdin; `null` without it. Errors: as above. */
export function readJsonData(flag: string, data: string | undefined): JsonValue {
  if (data === undefined) return null;
  const file = data === '-' ? '-' : data.startsWith('@') ? data.slice(1) : undefined;
  return parseFlagJson(flag, file === undefined ? data : readTextFile(file, { flag }));
}

/** The same where an operation is nothing without data. Errors: USAGE besides. */
export function requireSessionData(flags: DataFlags): Data {
  if (flags.data !== undefined || flags.bytes !== undefined) return readSessionData(flags);
  throw new TxlogError('USAGE', 'there is no data: give --data or --bytes');
}
