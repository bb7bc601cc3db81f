import { TxlogError } from '../../core/base/errors.ts';
import { given, ifGiven } from '../../core/base/given.ts';
import type { JsonValue } from '../../core/base/json.ts';
import { readTextFile } from '../frame/read-file.ts';
import { parseChange, parseExpect, parseFlagJson } from './short-forms.ts';

/** One request, told by flags. */
export interface RequestFlags {
  readonly type?: string | undefined;
  readonly id?: string | undefined;
  readonly actor?: string | undefined;
  readonly correlation?: string | undefined;
  readonly causation?: string | undefined;
  /** JSON, or `@FILE` that holds it. */
  readonly data?: string | undefined;
  readonly change?: readonly string[] | undefined;
  readonly expect?: readonly string[] | undefined;
  readonly attachment?: readonly string[] | undefined;
}

/**
 * The request that the flags tell, not checked yet.
 *
 * Errors: USAGE, INPUT_NOT_FOUND, INPUT_UNREADABLE, UTF8_INVALID and the JSON_ codes.
 */
export function toRequestInput(flags: RequestFlags): JsonValue {
  const { type, id, actor, data, change, expect, attachment, correlation, causation } = flags;
  if (type === undefined) {
    throw new TxlogError('USAGE', 'a request by flags needs --type', {
      hint: 'Or give a FILE with one JSON request per line; - is stdin.',
      next: ['txlog submit --help'],
    });
  }
  return {
    ...given({ id }),
    type,
    ...given({
      actor,
      payload: ifGiven(data, readData),
      changes: ifGiven(change, (change) => change.map(parseChange)),
      expect: ifGiven(expect, (expect) => expect.map(parseExpect)),
      attachments: attachment,
      correlation,
      causation,
    }),
  };
}

function readData(data: string): JsonValue {
  return parseFlagJson('--data', data.startsWith('@') ? readTextFile(data.slice(1), { flag: '--data' }) : data);
}
