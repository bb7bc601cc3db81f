import type { SagaPhase } from '../../core/app/saga.ts';
import { TxlogError } from '../../core/base/errors.ts';
import type { OperationResult } from '../../core/log/operation.ts';
import type { SessionHost } from '../../sessions/host/session-host.ts';
import type { Cut } from '../../view/cut.ts';
import type { Steps } from '../../view/turns.ts';
import { type LoadedSaga, sagaInSteps } from '../read/load-saga.ts';
import { intervene, type Told } from './intervene.ts';
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

/** Intervenes in many sagas; one result each, in their order. */
export async function* intervenes(
  host: SessionHost,
  { word, items }: { readonly word: SagaCommand; readonly items: readonly InterventionItem[] },
  by: Intervention,
): AsyncGenerator<Intervened> {
  for (let i = 0; i < items.length; i += atOnce) {
    const part = items.slice(i, i + atOnce);
    // Read first, so that the records are in the order of the sagas.
    const read = await host.readSteps((cut) => readSagas(cut, part));
    yield* await Promise.all(part.map((item, k) => sayTo(host, { ...item, word, found: read[k] }, by)));
  }
}

function* readSagas(cut: Cut, items: readonly InterventionItem[]): Steps<(LoadedSaga | undefined)[]> {
  const read: (LoadedSaga | undefined)[] = [];
  for (const { id, done } of items) read.push(done === undefined ? yield* readIfWhole(cut, id) : undefined);
  return read;
}

/** A saga that cannot be read is told when its turn comes, and keeps it from no other. */
function* readIfWhole(cut: Cut, id: string): Steps<LoadedSaga | undefined> {
  try {
    return yield* sagaInSteps(cut, id);
  } catch (error) {
    if (error instanceof TxlogError) return undefined;
    throw error;
  }
}

/** A saga, and where its newest record has to be, if that matters; or that the intervention was made before. */
export interface InterventionItem {
  readonly id: string;
  readonly position?: number;
  readonly done?: number;
}

async function sayTo(
  host: SessionHost,
  { done, ...told }: InterventionItem & Told,
  by: Intervention,
): Promise<Intervened> {
  const { id } = told;
  if (done !== undefined) return { id, done };
  try {
    return { id, result: await intervene(host, told, by) };
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
