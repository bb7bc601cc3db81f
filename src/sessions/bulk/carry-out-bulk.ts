import { assert, present } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { shellWord } from '../../core/base/shell-word.ts';
import type { Change } from '../../core/fold/change.ts';
import { sessionKey } from '../../core/fold/session.ts';
import type { Operation, OperationResult, PlannableOperation } from '../../core/log/operation.ts';
import { type LogRecord, sessionType } from '../../core/log/record.ts';
import { refusedError } from '../../core/log/refused-operation.ts';
import { resultOrThrow } from '../../pipeline/7-respond.ts';
import type { Cut } from '../../view/cut.ts';
import type { Steps } from '../../view/turns.ts';
import type { SessionHost } from '../host/session-host.ts';
import type { ApplyOptions, BulkOutcome, BulkPlan, PlannedTarget } from './bulk-plan.ts';
import { refuseOtherLog } from './check-bulk-plan.ts';

/** The effect of a plan on each of its targets. */
export interface BulkAction {
  readonly noun: 'session' | 'saga';
  /**
   * The operation on one, as it stands in this cut: with its newest record at `position`, which the operation asks for.
   * Errors: those of what cannot be done.
   */
  operationOn(cut: Cut, target: { readonly id: string; readonly position: number }): Steps<PlannableOperation>;
  /** Whether a change is that of this action: a record of the plan without it was made by another one, before the plan was edited. */
  isDoneBy(change: Change): boolean;
  /** The position at which it was done before by what is not a record of its own, if it was. */
  doneAt?(cut: Cut, id: string): number | undefined;
}

/** So many are one commit unless something else is said: enough that a flush is shared, and few enough that results come soon. */
const atOnceMax = 100;

/**
 * Carries out a plan, in its order; one result each. What the plan refuses, or leaves unchanged, is left out. Whatever ends it
 * half way: the same plan again goes on there. Each operation asks for the position that the plan saw, and its record
 * names the plan, so that it is known what was done.
 *
 * Errors: PLAN_STALE of a plan that knows another log. Each as the result of its target: SESSION_CHANGED of one that went on
 * since; what its action refuses.
 */
export async function* carryOut(
  host: SessionHost,
  { plan, action }: { readonly plan: BulkPlan; readonly action: BulkAction },
  { dryRun = false, atOnce = atOnceMax, part, signal }: ApplyOptions,
): AsyncGenerator<BulkOutcome> {
  assert(atOnce >= 1 && atOnce <= atOnceMax, `1 to ${atOnceMax} are done at once, not ${atOnce}`);
  await host.read((cut) => refuseOtherLog(plan, cut));
  const targets = plan.items.filter((item) => !item.refused && !item.unchanged);
  const { after, of } = part ?? { after: 0, of: targets.length };
  const places = new Map(targets.map((target, i) => [target, after + i + 1]));
  const work: Work = { host, plan, action, dryRun, places, of };
  for (let i = 0; i < targets.length && !signal?.aborted; i += atOnce)
    yield* await carryPart(work, targets.slice(i, i + atOnce));
}

interface Work {
  readonly host: SessionHost;
  readonly plan: BulkPlan;
  readonly action: BulkAction;
  readonly dryRun: boolean;
  /** The place of each target among all that the plan is about, from 1, and how many these are. */
  readonly places: ReadonlyMap<PlannedTarget, number>;
  readonly of: number;
}

async function carryPart(work: Work, targets: readonly PlannedTarget[]): Promise<readonly BulkOutcome[]> {
  const outcomes: BulkOutcome[] = [];
  const first = await attempt(work, targets);
  for (const [i, outcome] of first.entries()) {
    const target = present(targets[i], 'target of an outcome');
    // One that this part itself moved, as a removal does with the next one of its order key, has its turn alone.
    outcomes.push(isOvertaken(outcome) ? present((await attempt(work, [target]))[0], 'outcome') : outcome);
  }
  return outcomes;
}

function isOvertaken(outcome: BulkOutcome): boolean {
  return 'error' in outcome && outcome.error.code === 'SESSION_CHANGED';
}

async function attempt({ host, ...work }: Work, targets: readonly PlannedTarget[]): Promise<readonly BulkOutcome[]> {
  const looked = await host.readSteps((cut) => lookAtAll(cut, work, targets));
  const operations = looked.flatMap((one) => ('operation' in one ? [one.operation] : []));
  const answers = (operations.length === 0 ? [] : await host.process(operations)).values();
  return Promise.all(
    looked.map((one) => {
      if (!('operation' in one)) return one;
      const answer = present(answers.next().value, 'answer');
      return resultFor(one.id, () => resultOrThrow(answer));
    }),
  );
}

/** One of a plan that is to be done now; or the outcome of one that is not. */
type Looked = BulkOutcome | { readonly id: string; readonly operation: Operation };

function* lookAtAll(cut: Cut, work: Omit<Work, 'host'>, targets: readonly PlannedTarget[]): Steps<Looked[]> {
  const looked: Looked[] = [];
  for (const target of targets) {
    yield;
    looked.push(yield* lookAt(cut, work, target));
  }
  return looked;
}

function* lookAt(cut: Cut, work: Omit<Work, 'host'>, target: PlannedTarget): Steps<Looked> {
  const { plan, action, dryRun, places, of } = work;
  const { id } = target;
  const before = action.doneAt?.(cut, id);
  if (before !== undefined) return { id, done: before };
  const stand = yield* standOf(cut, { plan, action }, target);
  if ('done' in stand) return { id, done: stand.done };
  if ('changed' in stand) return { id, error: changedError(action, target, stand.changed) };
  try {
    const operation = yield* action.operationOn(cut, { id, position: stand.position });
    if (dryRun) return { id, planned: true };
    const nth = present(places.get(target), 'place of a target');
    return { id, operation: { ...operation, plan: { id: plan.id, nth, of } } };
  } catch (error) {
    if (error instanceof TxlogError) return { id, error };
    throw error;
  }
}

type Stand = { readonly done: number } | { readonly changed: number } | { readonly position: number };

/** Where a target stands: done by this plan; or moved by nothing but this plan; or changed by something else. */
function* standOf(
  cut: Cut,
  { plan, action }: Pick<Work, 'plan' | 'action'>,
  { id, position }: PlannedTarget,
): Steps<Stand> {
  const key = sessionKey(id);
  let newest = Number(position);
  for (const at of cut.applied(key, newest + 1)) {
    yield;
    const record = cut.record(at);
    if (!record || !isOf(record, plan)) return { changed: at };
    const changes = record.changes.filter((change) => change.key === key && change.op !== 'session.turn');
    if (changes.some((change) => action.isDoneBy(change))) return { done: at };
    if (changes.length > 0) return { changed: at };
    newest = at;
  }
  const known = cut.state(key)?.position ?? newest;
  return known === newest ? { position: newest } : { changed: known };
}

function isOf({ type, payload }: LogRecord, { id }: BulkPlan): boolean {
  return type === sessionType && (payload as { readonly plan?: string } | undefined)?.plan === id;
}

function changedError({ noun }: BulkAction, { id, position }: PlannedTarget, to: number): TxlogError {
  return new TxlogError('SESSION_CHANGED', `${noun} ${id} went on from position ${position} to ${to}`, {
    next: [`txlog ${noun} show ${shellWord(id)}`],
  });
}

/** The result for one of many. A refusal, or an error with a code, is its result, and stops none of the others. */
export async function resultFor(
  id: string,
  operate: () => OperationResult | Promise<OperationResult>,
): Promise<Exclude<BulkOutcome, { readonly planned: true } | { readonly done: number }>> {
  try {
    const result = await operate();
    if (result.ok) return { id, result };
    assert(!result.idle, 'only a lead finds nothing to do');
    return { id, error: refusedError(result.rejection, id) };
  } catch (error) {
    if (error instanceof TxlogError) return { id, error };
    throw error;
  }
}
