import type { App } from '../../core/app/app.ts';
import { destinationOf, nextOfSlip, noteOnSlip, type Slip, type SlipStep } from '../../core/app/routing-slip.ts';
import { type SagaStep, type StepAction, type StepContext, stepsOf } from '../../core/app/saga-definition.ts';
import { isJsonObject, type JsonValue } from '../../core/base/json.ts';
import { readAddress } from '../../sessions/host/address.ts';

/** The work of a service for a slip that came to it. */
export interface SlipStop {
  readonly slip: Slip;
  readonly next: SlipStep;
  readonly action: StepAction;
  /** The action of the step, where it is to be undone. */
  readonly done: StepAction;
}

/** Finds the work for a slip here; or why nothing can be done, before anything is. */
export function readStop(app: App, data: JsonValue | Uint8Array | undefined): SlipStop | string {
  const slip = isSlip(data) ? data : undefined;
  const next = slip && nextOfSlip(slip);
  if (!slip || !next) return 'it is no slip with a step to do';
  const step = stepOf(app, slip, next);
  const action = slip.side === 'do' ? step?.do : step?.compensate;
  if (!step || !action) return `the app has no step ${next.step} of ${slip.type} to ${slip.side}`;
  const passed = noteOnSlip(slip, next.step, { ok: true, result: null });
  for (const address of [destinationOf(passed), slip.home, slip.errors]) {
    const problem = findWayProblem(app, address);
    if (problem !== undefined) return problem;
  }
  return { slip, next, action, done: step.do };
}

/** Makes the context that the code of a step on a slip gets. */
export function stopContext(
  { slip, next }: SlipStop,
  attempt: number,
  { signal, traceparent }: { readonly signal: AbortSignal; readonly traceparent: string | undefined },
): StepContext {
  const { saga, type, data, results, error } = slip;
  const { step, key } = next;
  return Object.freeze({ saga, type, data, step, key, attempt, results, error, traceparent, signal });
}

function stepOf(app: App, { type }: Slip, { step: name }: SlipStep): SagaStep | undefined {
  const definition = app.sagas?.[type];
  return definition && stepsOf(definition).find((step) => step.name === name);
}

/** A step is not done whose slip could not go on from here. */
function findWayProblem({ name, services }: App, address: string): string | undefined {
  try {
    const { service } = readAddress(address);
    if (service === undefined || service === name || services?.[service] !== undefined) return undefined;
    return `the app names no service ${service}, where the slip goes from here`;
  } catch {
    return 'it is a slip with an address that is none';
  }
}

function isSlip(data: unknown): data is Slip {
  if (!isJsonObject(data) || data.slip !== 1 || !Array.isArray(data.steps)) return false;
  const texts = [data.saga, data.type, data.home, data.errors];
  const isWhole = texts.every((text) => typeof text === 'string') && isJsonObject(data.results);
  return isWhole && (data.side === 'do' || data.side === 'undo') && data.steps.every(isStep);
}

function isStep(step: unknown): step is SlipStep {
  return isJsonObject(step) && [step.step, step.at, step.key].every((text) => typeof text === 'string');
}
