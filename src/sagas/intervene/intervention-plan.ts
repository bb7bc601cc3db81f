import type { SagaPhase } from '../../core/app/saga.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { isJsonObject } from '../../core/base/json.ts';
import { type Rejection, reject } from '../../core/fold/rejection.ts';
import { sessionKey } from '../../core/fold/session.ts';
import { receiptOf } from '../../core/log/receipt.ts';
import { sagaType } from '../../core/log/record.ts';
import type { SessionHost } from '../../sessions/host/session-host.ts';
import type { Cut } from '../../view/cut.ts';
import type { Steps } from '../../view/turns.ts';
import { eventsOf, type LoadedSaga, sagaInSteps } from '../read/load-saga.ts';
import { phaseOf } from '../read/saga-report.ts';
import { interventionOn } from './intervene.ts';
import type { SagaCommand } from './saga-command.ts';

/** The effect that a command would have on one saga. */
export interface PlannedIntervention {
  readonly id: string;
  /** Empty when there is no such saga. */
  readonly type: string;
  readonly phase?: SagaPhase;
  /** The position of its newest record; at another one the plan is stale. */
  readonly position: string;
  /** Why it cannot be done, when it cannot. */
  readonly refused?: Rejection;
}

/** A file that says what sagas are to be told, made by `--plan` and carried out by `--apply`. */
export interface InterventionPlan {
  readonly v: 1;
  readonly unit: string;
  readonly head: string;
  readonly word: SagaCommand;
  readonly items: readonly PlannedIntervention[];
}

/** Plans the effects of a command on these sagas. Writes nothing. */
export function planInterventions(
  host: SessionHost,
  word: SagaCommand,
  ids: readonly string[],
): Promise<InterventionPlan> {
  return host.readSteps(function* (cut) {
    const items: PlannedIntervention[] = [];
    for (const id of ids) items.push(yield* planOne(host, cut, { word, id }));
    return { v: 1, unit: host.unit, head: String(cut.head.position), word, items };
  });
}

function* planOne(
  host: SessionHost,
  cut: Cut,
  { word, id }: { readonly word: SagaCommand; readonly id: string },
): Steps<PlannedIntervention> {
  yield;
  const found = yield* sagaInSteps(cut, id);
  if (!found) return { id, type: '', position: '0', refused: reject('SAGA_NOT_FOUND', `there is no saga ${id}`) };
  const { saga, position } = found;
  const item = { id, type: saga.type, phase: phaseNow(cut, found), position: String(position) };
  try {
    interventionOn(found, word, { by: {}, now: host.now() });
    return item;
  } catch (error) {
    if (!(error instanceof TxlogError)) throw error;
    return { ...item, refused: reject(error.code, error.message) };
  }
}

function phaseNow(cut: Cut, { saga, session }: LoadedSaga): SagaPhase {
  const position = session ? undefined : cut.positionOf(saga.id);
  const end = position === undefined ? undefined : cut.record(position);
  return phaseOf(saga, end?.type === sagaType ? receiptOf(end, true, 'none') : undefined);
}

/** An item of a plan that still is to be carried out, or the position of the record that did it. */
export type PlanState = { readonly id: string; readonly position: number; readonly done?: number };

/**
 * How far a plan was carried out: what it refused is left out. An item is done when the first record after the plan's is
 * what the plan would have written.
 *
 * Errors: PLAN_STALE when something else happened to a saga of it.
 */
export function* stateOfPlan(cut: Cut, plan: InterventionPlan): Steps<readonly PlanState[]> {
  const states: PlanState[] = [];
  for (const item of plan.items) {
    yield;
    if (item.refused) continue;
    const { id } = item;
    const position = Number(item.position);
    const done = doneSince(cut, plan.word, { id, position });
    const now = cut.state(sessionKey(id))?.position;
    if (done !== undefined) states.push({ id, position, done });
    else if (now === position) states.push({ id, position });
    else throw stale(plan, { id, planned: position, now });
  }
  return states;
}

function stale(
  { word }: InterventionPlan,
  { id, planned, now }: { readonly id: string; readonly planned: number; readonly now: number | undefined },
): TxlogError {
  return new TxlogError(
    'PLAN_STALE',
    `saga ${id} went on: the plan was made at position ${planned}, now it is ${now}`,
    {
      hint: 'Nothing was applied.',
      next: [`txlog saga ${word.kind} … --plan -O plan.json`],
    },
  );
}

/** The record of an intervention, if it is the first one after `position`. */
function doneSince(
  cut: Cut,
  word: SagaCommand,
  { id, position }: { readonly id: string; readonly position: number },
): number | undefined {
  const key = sessionKey(id);
  for (const next of cut.applied(key, position + 1)) {
    const record = cut.folded(next);
    const isSaid = record && eventsOf(record, key).some(({ event }) => event.event === word.kind);
    return isSaid ? next : undefined;
  }
  // One that is done is undone by another one, which leaves it as it is.
  if (word.kind !== 'compensate') return undefined;
  const [undoing] = cut.applied(sessionKey(`${id}/undo`), 1);
  return undoing;
}

/** Checks a plan that was read from a file. Errors: PLAN_INVALID; PLAN_STALE when it was made for another environment. */
export function checkInterventionPlan(input: unknown, unit: string): InterventionPlan {
  const plan = input as InterventionPlan | null;
  const isPlan =
    isJsonObject(plan) &&
    plan.v === 1 &&
    typeof plan.unit === 'string' &&
    isWord(plan.word) &&
    Array.isArray(plan.items);
  if (!isPlan) {
    throw new TxlogError('PLAN_INVALID', 'this is not a plan of `txlog saga retry --plan` and the like', {
      next: ['txlog saga retry ID --plan -O plan.json'],
    });
  }
  const wrong = plan.items.findIndex((item: unknown) => !isItem(item));
  if (wrong >= 0)
    throw new TxlogError('PLAN_INVALID', `items[${wrong}] of the plan names no saga`, { path: `items[${wrong}]` });
  if (plan.unit !== unit) throw new TxlogError('PLAN_STALE', 'the plan was made for another environment');
  return plan;
}

function isWord(word: unknown): word is SagaCommand {
  if (!isJsonObject(word)) return false;
  const { kind, step, outcome } = word;
  if (kind === 'skip') return step === undefined || typeof step === 'string';
  if (kind === 'force') return outcome === 'done' || outcome === 'compensated';
  return kind === 'retry' || kind === 'compensate';
}

function isItem(item: unknown): item is PlannedIntervention {
  if (!isJsonObject(item)) return false;
  const { id, position } = item;
  return typeof id === 'string' && typeof position === 'string' && /^\d{1,15}$/.test(position);
}
