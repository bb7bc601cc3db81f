import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { TxlogError } from '../../core/base/errors.ts';
import type { JsonValue } from '../../core/base/json.ts';
import { parseChange, parseExpect, parseFlagJson } from './short-forms.ts';

/** One request, told by flags. */
export interface RequestFlags {
  readonly type?: string | undefined;
  readonly id?: string | undefined;
  readonly actor?: string | undefined;
  /** JSON, or `@FILE` that holds it. */
  readonly data?: string | undefined;
  readonly change?: readonly string[] | undefined;
  readonly expect?: readonly string[] | undefined;
}

/**
 * The request that the flags tell, not checked yet.
 *
 * Errors: USAGE, INPUT_NOT_FOUND, INPUT_UNREADABLE, UTF8_INVALID and the JSON_ codes.
 */
export function toRequestInput(flags: RequestFlags): JsonValue {
  const { type, id, actor, data, change, expect } = flags;
  if (type === undefined) {
    throw new TxlogError('USAGE', 'a request by flags needs --type', {
      hint: 'Or name a FILE of requests, one JSON object per line; - is stdin.',
      next: ['txlog submit --help'],
    });
  }
  return {
    ...(id === undefined ? {} : { id }),
    type,
    ...(actor === undefined ? {} : { actor }),
    ...(data === undefined ? {} : { payload: readData(data) }),
    ...(change === undefined ? {} : { changes: change.map(parseChange) }),
    ...(expect === undefined ? {} : { expect: expect.map(parseExpect) }),
  };
}

function readData(data: string): JsonValue {
  return parseFlagJson('--data', data.startsWith('@') ? readTextFile('--data', data.slice(1)) : data);
}

/** The text of a file that a flag names; `-` is stdin. Errors: as `readBytesFile`, UTF8_INVALID. */
export function readTextFile(flag: string, file: string): string {
  const bytes = readBytesFile(flag, file);
  if (!isUtf8(bytes)) throw new TxlogError('UTF8_INVALID', `${flag}: ${file} is not valid UTF-8`);
  return bytes.toString('utf8');
}

/** The bytes of a file that a flag names; `-` is stdin. Errors: INPUT_NOT_FOUND, INPUT_UNREADABLE. */
export function readBytesFile(flag: string, file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new TxlogError('INPUT_NOT_FOUND', `${flag}: there is no file ${file}`, { cause });
    throw new TxlogError('INPUT_UNREADABLE', `${flag}: cannot read ${file}: ${message}`, { cause });
  }
}
