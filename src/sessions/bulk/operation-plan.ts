import { TxlogError } from '../../core/base/errors.ts';
import { given, ifGiven } from '../../core/base/given.ts';
import { isJsonObject } from '../../core/base/json.ts';
import { type Rejection, reject } from '../../core/fold/rejection.ts';
import { asSession, sessionIn } from '../../core/fold/session.ts';
import { checkBy, checkError, checkSeconds } from '../../core/log/session-input.ts';
import { decideOperation } from '../../pipeline/3-decide-operation.ts';
import { Stage } from '../../pipeline/3-stage.ts';
import type { Cut } from '../../view/cut.ts';
import type { Steps } from '../../view/turns.ts';
import type { SessionHost } from '../host/session-host.ts';
import { type SessionReading, sessionInSteps } from '../read/read-session.ts';
import { type BulkOperation, bulkByOf, operationFor, sessionAction, standsSo, statusWord } from './bulk-operation.ts';
import type { ApplyOptions, BulkOutcome, BulkPlan, PlannedTarget, PlanOptions, PlanTarget } from './bulk-plan.ts';
import { carryOut } from './carry-out-bulk.ts';
import { checkBulkPlan, logOfPlan } from './check-bulk-plan.ts';
import { type DistinctTarget, distinctTargets, findMoved } from './plan-targets.ts';

/** The effect that an operation would have on one session. */
export interface PlannedOperation extends PlannedTarget {
  /** Empty when there is no such session. */
  readonly theme: string;
  /** The operator that leads it, and in which epoch. */
  readonly operator?: string;
  readonly epoch?: number;
}

/** A file that says what is to be done to sessions, made by `--plan` and carried out by `--apply`. */
export interface OperationPlan extends BulkPlan {
  readonly operation: BulkOperation;
  readonly items: readonly PlannedOperation[];
}

/**
 * Plans one operation on each of these sessions, in this order, each on what those before it would leave. Decides everything as
 * the pipeline would, and writes nothing. Errors: the reason of `signal` once that is aborted.
 */
export async function planOperations(
  host: SessionHost,
  { operation, targets }: { readonly operation: BulkOperation; readonly targets: readonly PlanTarget[] },
  { reason, actor, onProgress, signal }: PlanOptions,
): Promise<OperationPlan> {
  checkBy({ reason, actor });
  if ('error' in operation) ifGiven(operation.error, checkError);
  const wanted = distinctTargets(targets);
  const { items, ...log } = await host.readSteps(function* (cut) {
    const stage = new Stage(cut, host.now());
    const items: PlannedOperation[] = [];
    for (const target of wanted) {
      yield;
      items.push(yield* planOne({ host, stage, cut }, operation, target));
      onProgress?.(items.length, wanted.length);
    }
    return { ...logOfPlan(cut), items };
  }, signal);
  const head = { v: 1, id: host.makeId(), unit: host.unit, ...log } as const;
  return { ...head, operation, ...given({ reason, actor }), items };
}

interface PlanningOn {
  readonly host: SessionHost;
  readonly stage: Stage;
  readonly cut: Cut;
}

function* planOne(
  { host, stage, cut }: PlanningOn,
  operation: BulkOperation,
  target: DistinctTarget,
): Steps<PlannedOperation> {
  const { id } = target;
  const session = yield* sessionInSteps(cut, id);
  if (!session) {
    const refused = reject('SESSION_GONE', `session ${id} was removed, or never was`);
    return { id, theme: '', position: '0', before: statusWord(undefined), refused };
  }
  const { position, themeName: theme, epoch, operator, status } = session;
  const item = {
    ...{ id, theme, position: String(position), before: statusWord(session) },
    ...(status === 'active' && given({ operator, epoch })),
  };
  const changed = findMoved('session', target, position);
  if (changed) return { ...item, refused: changed };
  if (standsSo(operation, session)) return { ...item, after: item.before, unchanged: true };
  const tried = tryOn({ host, stage }, operation, session);
  return typeof tried === 'string' ? { ...item, after: tried } : { ...item, refused: tried };
}

/** The status that the operation leaves, or why it cannot be done. */
function tryOn(
  { host, stage }: Pick<PlanningOn, 'host' | 'stage'>,
  operation: BulkOperation,
  session: SessionReading,
): string | Rejection {
  try {
    const decision = decideOperation(stage, operationFor(host, operation, session));
    if (decision.type === 'operated') return statusWord(sessionIn(decision.state));
    if (decision.type === 'denied') return decision.rejection;
    if (decision.type === 'refused') throw decision.error;
    return statusWord(asSession(undefined));
  } catch (error) {
    if (error instanceof TxlogError) return reject(error.code, error.message);
    throw error;
  }
}

/** Carries out a plan of operations. Errors: PLAN_INVALID; PLAN_STALE when it was made for another environment. */
export async function* applyOperations(
  host: SessionHost,
  input: unknown,
  options: ApplyOptions,
): AsyncGenerator<BulkOutcome> {
  const plan = checkOperationPlan(input, host.unit);
  yield* carryOut(host, { plan, action: sessionAction(host, plan.operation, bulkByOf(plan, options)) }, options);
}

/** Checks a plan that was read from a file. Errors: PLAN_INVALID; PLAN_STALE when it was made for another environment. */
export function checkOperationPlan(input: unknown, unit: string): OperationPlan {
  const made = { noun: 'session', command: 'txlog session park', unit };
  const plan = checkBulkPlan<OperationPlan>(input, made, ({ operation }) => isOperation(operation));
  if (plan.operation.op === 'store') checkSeconds('seconds', plan.operation.seconds);
  if ('error' in plan.operation) ifGiven(plan.operation.error, checkError);
  return plan;
}

function isOperation(operation: unknown): operation is BulkOperation {
  if (!isJsonObject(operation)) return false;
  const { op, only, error, seconds, force } = operation;
  if (force !== undefined && typeof force !== 'boolean') return false;
  if (op === 'ready') return only === undefined || only === 'parked';
  if (op === 'park') return typeof error === 'string';
  if (op === 'store') return typeof seconds === 'number' && (error === undefined || typeof error === 'string');
  return op === 'remove';
}
