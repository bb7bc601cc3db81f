import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { TxlogError } from '../../core/errors.ts';
import type { JsonValue } from '../../core/json.ts';
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
  return parseFlagJson('--data', data.startsWith('@') ? readText(data.slice(1)) : data);
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === '-' ? 0 : file);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new TxlogError('INPUT_NOT_FOUND', `--data: there is no file ${file}`, { cause });
    throw new TxlogError('INPUT_UNREADABLE', `--data: cannot read ${file}: ${message}`, { cause });
  }
  if (!isUtf8(bytes)) throw new TxlogError('UTF8_INVALID', `--data: ${file} is not valid UTF-8`);
  return bytes.toString('utf8');
}
