import { type Saga, type StepSide, stepKey } from '../../core/app/saga.ts';
import type { From, StepContext } from '../../core/app/saga-definition.ts';
import type { Act } from '../../core/app/saga-moves.ts';
import { refusePromise } from '../../core/base/errors.ts';
import type { JsonValue } from '../../core/base/json.ts';

/** Makes the context that the code of a step gets. `stop` has the signal. */
export function stepContext(
  saga: Saga,
  { step, side, attempt }: Act,
  stop: { readonly signal: AbortSignal },
): StepContext {
  const progress = saga.steps.get(step);
  // Without what every object inherits: `results.toString` is a result, or nothing.
  const results: Record<string, JsonValue> = Object.create(null);
  for (const { name, do: done } of saga.steps.values()) if (done.result !== undefined) results[name] = done.result;
  return Object.freeze({
    saga: saga.undoes ?? saga.id,
    type: saga.type,
    data: saga.data,
    step,
    key: stepKeyOf(saga, step, side),
    attempt,
    results: Object.freeze(results),
    error: progress === undefined || side === 'do' ? undefined : saga.error,
    traceparent: saga.traceparent,
    // Made when it is asked for.
    get signal() {
      return stop.signal;
    },
  });
}

/** The idempotency key of a side of a step, as it stands. */
export function stepKeyOf(saga: Saga, step: string, side: StepSide): string {
  return stepKey(saga.id, step, { side, round: saga.steps.get(step)?.[side].round ?? 0 });
}

/** A value of a definition, for this attempt. Errors: those of the user's function; an Error when it gives a promise. */
export function valueFor<T>(from: From<T>, context: StepContext): T {
  if (typeof from !== 'function') return from;
  const value = (from as (context: StepContext) => T)(context);
  refusePromise(value, `the function of step ${context.step}`);
  return value;
}
