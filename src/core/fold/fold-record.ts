import { assert } from '../base/assert.ts';
import type { JsonValue } from '../base/json.ts';
import type { Change } from './change.ts';
import { applyChange, type FoldContext } from './fold.ts';
import type { Rejection } from './rejection.ts';
import type { State } from './state.ts';

/** States by key, as a transaction leaves them, or why it cannot be applied. */
export type FoldedChanges =
  | { readonly ok: true; readonly after: ReadonlyMap<string, State> }
  | { readonly ok: false; readonly rejection: Rejection };

/**
 * Applies all changes of one transaction in their order; all hold, or none. A key's version rises by one,
 * however many of the changes touch it.
 */
export function foldChanges(
  changes: readonly Change[],
  lookup: (key: string) => State | undefined,
  context: FoldContext,
): FoldedChanges {
  const after = new Map<string, State>();
  for (const change of changes) {
    const staged = after.get(change.key);
    const before = staged ?? lookup(change.key);
    const version = staged ? staged.version : (before?.version ?? 0) + 1;
    const folded = applyChange(before, { change, version }, context);
    if (!folded.ok) return folded;
    after.set(change.key, folded.state);
  }
  return { ok: true, after };
}

/** The part of a transaction that a fold uses. */
interface Applied {
  readonly position: number;
  readonly time: number;
  readonly changes: readonly Change[];
}

/**
 * Folds one key over the transactions given, in log order, on `before` when there is one. `reduceAgain` runs the reducer of a transaction anew, when
 * the fold leaves out an earlier one.
 *
 * Errors: a rejection, with the position at which a later transaction could not have been applied.
 */
export function foldKey<T extends Applied>(
  key: string,
  transactions: Iterable<T>,
  context: Pick<FoldContext, 'idAt'> & {
    readonly before?: State;
    reduceAgain?(transaction: T, change: Change, value: JsonValue | undefined): JsonValue | undefined;
  },
): {
  readonly state: State | undefined;
  readonly refused?: { readonly position: number; readonly rejection: Rejection };
} {
  let state = context.before;
  for (const transaction of transactions) {
    assert(state === undefined || state.position < transaction.position, 'a key is folded in log order');
    const own = transaction.changes.filter((change) => change.key === key);
    const { position, time } = transaction;
    const folded = foldChanges(own, () => state, {
      position,
      time,
      idAt: (at) => context.idAt(at),
      ...(context.reduceAgain && { reduceAgain: context.reduceAgain.bind(context, transaction) }),
    });
    if (!folded.ok) return { state, refused: { position: transaction.position, rejection: folded.rejection } };
    state = folded.after.get(key) ?? state;
  }
  return { state };
}
