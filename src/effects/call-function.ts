import { PermanentError, type StepContext, type StepOutcome } from '../core/app/saga-definition.ts';
import { copyJson, type JsonValue } from '../core/base/json.ts';
import { done, failed, refused, textOf, unknown, unlessAborted } from './outcome.ts';

/**
 * Calls a step that is a function of the user's, synchronous or not. What it returns is the result; nothing is null.
 * A value that is no JSON, or is over `limits.valueBytesMax`, is a permanent failure of what may have happened.
 *
 * Errors: a `PermanentError`, of this or another copy of the class, says that the callee refused: permanent, and it did
 * not happen, so that nothing will undo it. Any other throw says nothing about what happened: it may have, and there is
 * another attempt. As of all effects, the outcome does not wait for a function that ignores the signal.
 */
export function callFunction(run: (context: StepContext) => unknown, context: StepContext): Promise<StepOutcome> {
  return unlessAborted(context.signal, async () => {
    try {
      const result = (await run(context)) ?? null;
      // `done` says what is wrong with it. The copy is made because its maker may change it later.
      const outcome = done(context.step, result as JsonValue);
      return outcome.ok ? { ok: true, result: copyJson(outcome.result) } : outcome;
    } catch (error) {
      return failed(textOf(error), isPermanent(error) ? refused : unknown);
    }
  });
}

function isPermanent(error: unknown): boolean {
  if (error instanceof PermanentError) return true;
  // The user's module may have loaded another copy of the class.
  return error instanceof Error && error.name === 'PermanentError';
}
