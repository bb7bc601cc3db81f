import type { TxlogError } from '../core/base/errors.ts';
import { given, ifGiven } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import type { BulkOperation } from '../index.ts';

const words = { ready: 'ready', park: 'parked', store: 'stored', remove: 'removed' } as const;

/** The word for what an operation leaves: `ready`, `parked`, `stored`, `removed`. */
export function outcomeWord(op: BulkOperation['op']): OutcomeWord {
  return words[op];
}

type OutcomeWord = (typeof words)[keyof typeof words];

/** The result for one session of many. */
export type BulkResult =
  | {
      readonly id: string;
      readonly outcome: OutcomeWord | `would be ${OutcomeWord}` | 'unchanged';
      /** Its status before. */
      readonly was: string;
      /** The position of the record that did it. */
      readonly position?: number;
      /** It was done before, by the same plan. */
      readonly duplicate?: boolean;
    }
  | { readonly id: string; readonly error: TxlogError };

/** A result as JSON. */
export function toBulkJson(result: BulkResult, toErrorJson: (error: TxlogError) => JsonObject): JsonObject {
  const { id } = result;
  if ('error' in result) return { ...toErrorJson(result.error), session: id };
  const { outcome, was, position, duplicate } = result;
  return { v: 1, session: id, outcome, was, ...given({ position: ifGiven(position, String), duplicate }) };
}
