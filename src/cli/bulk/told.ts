import type { ErrorCode } from '../../core/base/error-codes.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { ifGiven } from '../../core/base/given.ts';
import { shellWord } from '../../core/base/shell-word.ts';
import type { Rejection } from '../../core/fold/rejection.ts';
import { refusedError } from '../../core/log/refused-operation.ts';
import type { BulkOutcome, BulkPlan, PlannedTarget } from '../../index.ts';

/** The result for one target, beside what the plan says of it; or that it stands so already. */
export type BulkTold = (BulkOutcome | { readonly id: string; readonly unchanged: true }) & {
  readonly target?: PlannedTarget;
};

/** The outcomes of a plan that was just made, with what it leaves out in its place: what is refused, and what stands so already. */
export async function* withLeftOut(plan: BulkPlan, outcomes: AsyncIterable<BulkOutcome>): AsyncGenerator<BulkTold> {
  const left = outcomes[Symbol.asyncIterator]();
  for (const target of plan.items) {
    const { id, refused, unchanged } = target;
    if (refused) yield { id, error: errorOf(target, refused), target };
    else if (unchanged) yield { id, unchanged, target };
    else {
      const { value, done } = await left.next();
      // It was interrupted.
      if (done) return;
      yield { ...value, target };
    }
  }
  // Its end tidies up.
  await left.next();
}

/** The outcomes of a plan from a file, which was checked once the first one is there. */
export async function* withTargets(plan: unknown, outcomes: AsyncIterable<BulkOutcome>): AsyncGenerator<BulkTold> {
  let targets: ReadonlyMap<string, PlannedTarget> | undefined;
  for await (const outcome of outcomes) {
    targets ??= new Map((plan as BulkPlan).items.map((item) => [item.id, item]));
    const target = targets.get(outcome.id);
    yield ifGiven(target, (target) => ({ ...outcome, target })) ?? outcome;
  }
}

function errorOf(target: PlannedTarget, refused: Rejection): TxlogError {
  if ('theme' in target) return refusedError(refused, target.id);
  return new TxlogError(refused.code as ErrorCode, refused.reason, {
    next: [`txlog saga show ${shellWord(target.id)}`],
  });
}
