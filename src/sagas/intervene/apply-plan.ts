import type { SagaPhase } from '../../core/app/saga.ts';
import { TxlogError } from '../../core/base/errors.ts';
import type { OperationResult } from '../../core/log/operation.ts';
import type { SessionHost } from '../../sessions/host/session-host.ts';
import { intervene } from './intervene.ts';
import { checkInterventionPlan, stateOfPlan } from './intervention-plan.ts';
import type { Intervention, SagaCommand } from './saga-command.ts';

/** The result for one saga of many. */
export type Intervened =
  | { readonly id: string; readonly result: OperationResult }
  /** It was done before, at this position. */
  | { readonly id: string; readonly done: number }
  /** It would be done now. */
  | { readonly id: string; readonly planned: true; readonly phase?: SagaPhase }
  | { readonly id: string; readonly error: TxlogError };

/** Said at once, so that many of them are one commit. */
const atOnce = 200;

/** Says a word to many sagas; one result each, in their order. */
export async function* intervenes(
  host: SessionHost,
  { word, items }: { readonly word: SagaCommand; readonly items: readonly InterventionItem[] },
  by: Intervention,
): AsyncGenerator<Intervened> {
  for (let i = 0; i < items.length; i += atOnce) {
    yield* await Promise.all(items.slice(i, i + atOnce).map((item) => sayTo(host, { ...item, word }, by)));
  }
}

/** A saga, and where its newest record has to be, if that matters; or that the word was said to it before. */
export interface InterventionItem {
  readonly id: string;
  readonly position?: number;
  readonly done?: number;
}

async function sayTo(
  host: SessionHost,
  { id, position, done, word }: InterventionItem & { readonly word: SagaCommand },
  by: Intervention,
): Promise<Intervened> {
  if (done !== undefined) return { id, done };
  try {
    return { id, result: await intervene(host, { id, word, position }, by) };
  } catch (error) {
    if (error instanceof TxlogError) return { id, error };
    throw error;
  }
}

/** How a plan is carried out. */
export interface ApplyOptions extends Intervention {
  /** Tell what is left to do, and do nothing. */
  readonly dryRun?: boolean;
}

/** Carries out a plan, in its order. Errors: PLAN_INVALID; PLAN_STALE, with nothing applied. */
export async function* applyInterventions(
  host: SessionHost,
  input: unknown,
  { dryRun = false, ...by }: ApplyOptions,
): AsyncGenerator<Intervened> {
  const plan = checkInterventionPlan(input, host.unit);
  const items = await host.readSteps((cut) => stateOfPlan(cut, plan));
  if (!dryRun) return yield* intervenes(host, { word: plan.word, items }, by);
  for (const { id, done } of items) yield done === undefined ? { id, planned: true } : { id, done };
}
