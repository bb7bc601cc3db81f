import { TxlogError } from '../../../core/base/errors.ts';

/** The position that a parameter names, from 1 on; undefined when it is not there. Errors: USAGE. */
export function readPositionIn(query: Readonly<Record<string, string>>, name: string): number | undefined {
  const text = query[name];
  if (text === undefined) return undefined;
  const position = /^\d{1,16}$/.test(text.trim()) ? Number(text) : 0;
  if (Number.isSafeInteger(position) && position > 0) return position;
  throw new TxlogError('USAGE', `${name}: ${JSON.stringify(text)} is no position`, { path: name });
}
