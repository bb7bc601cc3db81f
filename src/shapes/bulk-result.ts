import type { TxlogError } from '../core/base/errors.ts';
import type { JsonObject } from '../core/base/json.ts';
import type { SessionStatus } from '../core/fold/session.ts';

/** The result for one session of many. */
export type BulkResult =
  | { readonly id: string; readonly outcome: 'ready' | 'would be ready' | 'unchanged'; readonly was: SessionStatus }
  | { readonly id: string; readonly error: TxlogError };

/** A result as JSON. */
export function toBulkJson(result: BulkResult, toErrorJson: (error: TxlogError) => JsonObject): JsonObject {
  const { id } = result;
  if ('error' in result) return { ...toErrorJson(result.error), session: id };
  return { v: 1, session: id, outcome: result.outcome, was: result.was };
}
