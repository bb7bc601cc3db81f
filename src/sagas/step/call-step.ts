import type { StepAction, StepContext, StepOutcome, StepRequest } from '../../core/app/saga-definition.ts';
import { errorOwnerOf } from '../../core/base/error-codes.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { isSurelyWithin, utf8Length } from '../../core/base/json.ts';
import { limits } from '../../core/base/limits.ts';
import { linksOf } from '../../core/log/links.ts';
import type { Receipt } from '../../core/log/receipt.ts';
import type { LedTurn } from '../../sessions/turn/frame.ts';
import { valueFor } from './step-context.ts';

/** Carries out, in a turn, what a step does outside of this engine. Never rejects: what fails is an outcome. */
export async function callStep(action: StepAction, context: StepContext, turn: LedTurn): Promise<StepOutcome> {
  return boundedOutcome(await attempt(action, context, turn));
}

/** An outcome whose result is not too large to travel with the saga: else a failure of what may have happened. */
export function boundedOutcome(outcome: StepOutcome): StepOutcome {
  if (!outcome.ok || isSurelyWithin(outcome.result, limits.stepResultBytesMax)) return outcome;
  const bytes = utf8Length(JSON.stringify(outcome.result));
  if (bytes <= limits.stepResultBytesMax) return outcome;
  const error = `its result of ${bytes} bytes is over the limit of ${limits.stepResultBytesMax}`;
  return { ok: false, error, permanent: true, happened: 'maybe' };
}

async function attempt(action: StepAction, context: StepContext, turn: LedTurn): Promise<StepOutcome> {
  let call: () => Promise<StepOutcome>;
  try {
    call = prepare(action, context, turn);
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

function prepare(action: StepAction, context: StepContext, turn: LedTurn): () => Promise<StepOutcome> {
  const { effects } = turn.context.host;
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
  return () => submitThere(turn, service, { ...request, id: context.key });
}

async function submitThere(
  turn: LedTurn,
  service: string,
  request: StepRequest & { readonly id: string },
): Promise<StepOutcome> {
  const links = await turn.linksOf(linksOf(request));
  return stepOutcomeOf(await turn.context.host.services.submit(service, { ...request, ...links }));
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
