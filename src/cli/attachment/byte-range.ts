import { TxlogError } from '../../core/base/errors.ts';
import type { GetOptions } from '../../index.ts';

/** Reads `--range`: `FROM-TO`, both included and counted from 0, or `FROM-`. Errors: USAGE. */
export function parseRange(text: string | undefined): GetOptions {
  if (text === undefined) return {};
  const [, from, to] = /^(\d{1,15})-(\d{0,15})$/.exec(text) ?? [];
  const [start, end] = [Number(from), to ? Number(to) + 1 : undefined];
  if (from !== undefined && (end === undefined || end > start)) return { start, end };
  throw new TxlogError('USAGE', `--range ${JSON.stringify(text)} is no range`, {
    hint: 'Ranges look like 0-1023, both bytes included, or 1024- for the rest.',
  });
}
