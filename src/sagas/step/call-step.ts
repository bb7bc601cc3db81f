import type { StepAction, StepContext, StepOutcome, StepRequest } from '../../core/app/saga-definition.ts';
import { errorOwnerOf } from '../../core/base/error-codes.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { isSurelyWithin, utf8Length } from '../../core/base/json.ts';
import { limits } from '../../core/base/limits.ts';
import type { Receipt } from '../../core/log/receipt.ts';
import type { Effects } from '../../ports/effects.ts';
import type { Services } from '../../ports/services.ts';
import { valueFor } from './step-context.ts';

/** Where steps do their work. */
export interface StepPorts {
  readonly effects: Effects;
  readonly services: Services;
}

/** Carries out what a step does outside of this engine. Never rejects: what fails is an outcome. */
export async function callStep(action: StepAction, context: StepContext, place: StepPorts): Promise<StepOutcome> {
  return boundedOutcome(await attempt(action, context, place));
}

/** An outcome whose result is not too large to travel with the saga: else a failure of what may have happened. */
export function boundedOutcome(outcome: StepOutcome): StepOutcome {
  if (!outcome.ok || isSurelyWithin(outcome.result, limits.stepResultBytesMax)) return outcome;
  const bytes = utf8Length(JSON.stringify(outcome.result));
  if (bytes <= limits.stepResultBytesMax) return outcome;
  const error = `its result of ${bytes} bytes is over the limit of ${limits.stepResultBytesMax}`;
  return { ok: false, error, permanent: true, happened: 'maybe' };
}

async function attempt(action: StepAction, context: StepContext, place: StepPorts): Promise<StepOutcome> {
  let call: () => Promise<StepOutcome>;
  try {
    call = prepare(action, context, place);
  } catch (error) {
    // The user's own function could not say what to call.
    return { ok: false, error: (error as Error).message, permanent: true, happened: 'no' };
  }
  try {
    return await call();
  } catch (error) {
    if (isOfRequest(error)) return { ok: false, error: error.message, permanent: true, happened: 'no' };
    // An environment failed: whether it happened is not known.
    return { ok: false, error: (error as Error).message, permanent: false, happened: 'maybe' };
  }
}

function prepare(
  action: StepAction,
  context: StepContext,
  { effects, services }: StepPorts,
): () => Promise<StepOutcome> {
  if ('run' in action) return () => effects.run((told) => action.run(told), context);
  if ('http' in action) {
    const call = valueFor(action.http, context);
    return () => effects.http(call, context);
  }
  if ('command' in action) {
    const call = valueFor(action.command, context);
    return () => effects.command(call, context);
  }
  if (!('request' in action) || action.service === undefined) throw new Error('the step calls nothing');
  const { service } = action;
  const request = valueFor(action.request, context);
  return () => submitThere(services, { service, request }, context);
}

async function submitThere(
  services: Services,
  { service, request }: { readonly service: string; readonly request: StepRequest },
  { key, saga }: StepContext,
): Promise<StepOutcome> {
  return stepOutcomeOf(await services.submit(service, { causation: saga, ...request, id: key }));
}

/** The outcome of a request, as far as it matters to the step that sent it. */
interface SettledRequest {
  readonly outcome: Receipt['outcome'];
  readonly rejection?: Receipt['rejection'] | undefined;
  readonly position?: number;
}

/** The outcome of a step whose request was processed: a rejection stands for ever. */
export function stepOutcomeOf(receipt: SettledRequest): StepOutcome {
  const { outcome, rejection, position } = receipt;
  if (outcome === 'committed')
    return { ok: true, result: position === undefined ? null : { position: String(position) } };
  const error = rejection ? `${rejection.code}: ${rejection.reason}` : 'it was rejected';
  return { ok: false, error, permanent: true, happened: 'no' };
}

/** Whether an error is one of the request: a conflict of ids, or input that cannot be taken. No other attempt mends it. */
export function isOfRequest(error: unknown): error is TxlogError {
  return error instanceof TxlogError && errorOwnerOf(error.code) === 'caller';
}
