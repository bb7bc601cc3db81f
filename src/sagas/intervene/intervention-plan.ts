import type { Saga, SagaPhase } from '../../core/app/saga.ts';
import { foldSaga } from '../../core/app/saga-fold.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import { isJsonObject } from '../../core/base/json.ts';
import { reject } from '../../core/fold/rejection.ts';
import type { SessionStatus } from '../../core/fold/session.ts';
import { receiptOf } from '../../core/log/receipt.ts';
import { sagaType } from '../../core/log/record.ts';
import { checkBy } from '../../core/log/session-input.ts';
import { decideOperation } from '../../pipeline/3-decide-operation.ts';
import { Stage } from '../../pipeline/3-stage.ts';
import type { BulkPlan, PlannedTarget, PlanOptions, PlanTarget } from '../../sessions/bulk/bulk-plan.ts';
import { checkBulkPlan, logOfPlan } from '../../sessions/bulk/check-bulk-plan.ts';
import { type DistinctTarget, distinctTargets, findMoved } from '../../sessions/bulk/plan-targets.ts';
import type { SessionHost } from '../../sessions/host/session-host.ts';
import type { Cut } from '../../view/cut.ts';
import type { Steps } from '../../view/turns.ts';
import { type LoadedSaga, sagaInSteps } from '../read/load-saga.ts';
import { phaseOf } from '../read/saga-report.ts';
import { eventsOfWord, interventionOn } from './intervene.ts';
import type { SagaCommand } from './saga-command.ts';

/** The effect that a command would have on one saga. */
export interface PlannedIntervention extends PlannedTarget {
  /** Empty when there is no such saga. */
  readonly type: string;
  readonly phase?: SagaPhase;
}

/** A file that says what sagas are to be told, made by `--plan` and carried out by `--apply`. */
export interface InterventionPlan extends BulkPlan {
  readonly word: SagaCommand;
  readonly items: readonly PlannedIntervention[];
}

/** Plans the effects of a command on these sagas. Writes nothing. Errors: the reason of `signal` once that is aborted. */
export async function planInterventions(
  host: SessionHost,
  { word, targets }: { readonly word: SagaCommand; readonly targets: readonly PlanTarget[] },
  { reason, actor, onProgress, signal }: PlanOptions,
): Promise<InterventionPlan> {
  checkBy({ reason, actor });
  const wanted = distinctTargets(targets);
  const { items, ...log } = await host.readSteps(function* (cut) {
    const stage = new Stage(cut, host.now());
    const items: PlannedIntervention[] = [];
    for (const target of wanted) {
      items.push(yield* planOne({ cut, stage, now: host.now() }, word, target));
      onProgress?.(items.length, wanted.length);
    }
    return { ...logOfPlan(cut), items };
  }, signal);
  const head = { v: 1, id: host.makeId(), unit: host.unit, ...log } as const;
  return { ...head, word, ...given({ reason, actor }), items };
}

interface PlanningOn {
  readonly cut: Cut;
  readonly stage: Stage;
  /** ms since 1970. */
  readonly now: number;
}

function* planOne(
  { cut, stage, now }: PlanningOn,
  word: SagaCommand,
  target: DistinctTarget,
): Steps<PlannedIntervention> {
  yield;
  const { id } = target;
  const found = yield* sagaInSteps(cut, id);
  if (!found) return { id, type: '', position: '0', refused: reject('SAGA_NOT_FOUND', `there is no saga ${id}`) };
  const { saga, position, session } = found;
  const phase = phaseNow(cut, found);
  const before = standing(saga, phase, session?.status);
  const item = { id, type: saga.type, phase, position: String(position), before };
  const moved = findMoved('saga', target, position);
  if (moved) return { ...item, refused: moved };
  try {
    const decision = decideOperation(stage, interventionOn(found, word, { by: {}, now }));
    if (decision.type === 'denied') return { ...item, refused: decision.rejection };
    if (decision.type === 'refused') throw decision.error;
    // It was undone before.
    if (decision.type === 'operated' && decision.duplicate) return { ...item, after: before, unchanged: true };
    return {
      ...item,
      after: session ? standingAfter(saga, word, { status: session.status, now }) : `${before}; ${id}/undo undoes it`,
    };
  } catch (error) {
    if (!(error instanceof TxlogError)) throw error;
    return { ...item, refused: reject(error.code, error.message) };
  }
}

/** How a saga stands, in words. */
function standing({ forced }: Saga, phase: SagaPhase, status: SessionStatus | undefined): string {
  if (status === undefined) return `${phase}, ended`;
  return `${phase}${forced === undefined ? '' : `, to be ${forced}`}, ${status}`;
}

function standingAfter(
  saga: Saga,
  word: SagaCommand,
  { status, now }: { readonly status: SessionStatus; readonly now: number },
): string {
  const after = eventsOfWord(saga, word, status === 'parked').reduce(
    (folded, event) => foldSaga(folded, event, now),
    saga,
  );
  return standing(after, after.phase, status === 'stored' || status === 'parked' ? 'ready' : status);
}

function phaseNow(cut: Cut, { saga, session }: LoadedSaga): SagaPhase {
  const position = session ? undefined : cut.positionOf(saga.id);
  const end = position === undefined ? undefined : cut.record(position);
  return phaseOf(saga, end?.type === sagaType ? receiptOf(end, true, 'none') : undefined);
}

/** Checks a plan that was read from a file. Errors: PLAN_INVALID; PLAN_STALE when it was made for another environment. */
export function checkInterventionPlan(input: unknown, unit: string): InterventionPlan {
  return checkBulkPlan(input, { noun: 'saga', command: 'txlog saga retry', unit }, ({ word }) => isWord(word));
}

function isWord(word: unknown): word is SagaCommand {
  if (!isJsonObject(word)) return false;
  const { kind, step, outcome } = word;
  if (kind === 'skip') return step === undefined || typeof step === 'string';
  if (kind === 'force') return outcome === 'done' || outcome === 'compensated';
  return kind === 'retry' || kind === 'compensate';
}
