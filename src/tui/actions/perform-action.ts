import { classOf, type ErrorClass } from '../../core/base/error-codes.ts';
import { limits } from '../../core/base/limits.ts';
import {
  type BulkOperation,
  type BulkOutcome,
  type Environment,
  type PlannedOperation,
  type PlannedTarget,
  type SagaCommand,
  type SessionReading,
  TxlogError,
} from '../../index.ts';
import { endLease } from '../../pages/shell-lease.ts';
import { type Action, type GivenReason, kindOf, secondsOf } from '../model/action.ts';
import type { Performed, PlanItem } from '../model/dialog.ts';
import type { JobProgress } from '../model/job.ts';
import type { Problem } from '../model/screen-problem.ts';
import { toProblem } from '../source/problem.ts';

/** An action that is looked at, until `signal` aborts. */
interface Tried extends GivenReason {
  readonly signal?: AbortSignal;
}

/**
 * What an action would do: where each of those that it is about stands now, and of a sample what would become of them, by the
 * plan of the engine. Writes nothing. Errors: all but refusals; the reason of `signal`.
 */
export async function rehearse(
  env: Environment,
  action: Action,
  { signal, ...given }: Tried,
): Promise<readonly PlanItem[]> {
  const seen: PlanItem[] = [];
  for (const id of action.ids) {
    signal?.throwIfAborted();
    seen.push(await look(env, action, id));
  }
  signal?.throwIfAborted();
  const sample = seen.slice(0, limits.screenSampleMax);
  const effects = await effectsOn(env, { ...action, ids: sample.map(({ id }) => id) }, given);
  return seen.map((item) => ({ ...item, ...effects.get(item.id) }));
}

type Effect = Pick<PlanItem, 'after' | 'refused'>;

/** The effect on each of a few, or why one would be refused. */
async function effectsOn(env: Environment, action: Action, given: GivenReason): Promise<ReadonlyMap<string, Effect>> {
  const { verb, ids } = action;
  const kind = kindOf(verb);
  if (kind === 'queue') return new Map(ids.map((id) => [id, { after: verb === 'pause' ? 'paused' : 'running' }]));
  const operation = operationOf(action, { ...given, reason: given.reason || '…' });
  const { items } =
    kind === 'saga' ? await env.sagas.plan(wordOf(action), ids) : await env.sessions.plan(operation, ids);
  return new Map(items.map((item) => [item.id, effectOf(item, action, operation)]));
}

function effectOf(item: PlannedTarget, { verb }: Action, operation: BulkOperation): Effect {
  const { refused, after = '' } = item;
  const { operator } = item as Partial<PlannedOperation>;
  if (refused?.code === 'SESSION_ACTIVE' && verb === 'retry')
    return { refused: `it is led by ${operator}, who is alive: take it over` };
  if (refused) return { refused: refused.reason };
  return { after: operation.op === 'park' && after === 'parked' ? `parked: ${operation.error}` : after };
}

/** So many are done at once: they share the flush of one commit. */
const atOnce = 32;

/** A plan that is carried out. */
export interface Carried {
  readonly action: Action;
  readonly plan: readonly PlanItem[];
  /** Hears of each part that was seen to. */
  readonly onProgress?: (progress: JobProgress) => void;
  /** Ends it half way. */
  readonly signal?: AbortSignal;
}

/**
 * Does it to all, or to as many as come before it is stopped. One that went on since the plan was made is left as it is, and
 * so is one that was not looked at. It ends at the first error that is no refusal, which the result tells beside what was done.
 */
export async function perform(env: Environment, carried: Carried, given: GivenReason): Promise<Performed> {
  const { action, plan, onProgress, signal } = carried;
  const planned = new Map(plan.map((item) => [item.id, item]));
  const run = { env, action, given, planned, id: env.makeId() };
  const items: PlanItem[] = [];
  let refused = 0;
  for (let i = 0; i < action.ids.length && !signal?.aborted; i += atOnce) {
    const part = await performPart({ ...run, after: i }, action.ids.slice(i, i + atOnce));
    items.push(...part.items);
    refused += part.items.filter((item) => item.refused !== undefined).length;
    onProgress?.({ plan: run.id, seenTo: items.length, refused });
    if (part.failed) return { items, failed: part.failed };
  }
  return { items };
}

/** A plan while it is carried out. */
interface Run {
  readonly env: Environment;
  readonly action: Action;
  readonly given: GivenReason;
  readonly planned: ReadonlyMap<string, PlanItem>;
  /** Id of the plan: each record names it, so that what it moved along itself did not go on. */
  readonly id: string;
  /** How many of all were seen to before. */
  readonly after: number;
}

/** Does it to some at once. Of those without an outcome the end is not known. */
async function performPart(run: Run, ids: readonly string[]): Promise<Performed> {
  const { env, action, planned } = run;
  const outcomes = new Map<string, PartOutcome>();
  let failed: Problem | undefined;
  const fail = (error: unknown, id: string | undefined) => {
    const problem = toProblem(error);
    failed ??= { ...problem, message: `${id ?? ids[0]}: ${problem.message}` };
  };
  try {
    for await (const outcome of outcomesOf(run, ids)) {
      if ('error' in outcome && !isRefusal(outcome.error)) fail(outcome.error, outcome.id);
      else outcomes.set(outcome.id, outcome);
    }
  } catch (error) {
    fail(
      error,
      ids.find((id) => !outcomes.has(id)),
    );
  }
  const items: PlanItem[] = [];
  for (const id of ids) {
    const item = planned.get(id) ?? { id, before: '', position: 0 };
    const { after: _, refused: __, ...seen } = item;
    items.push({ ...seen, ...(await endOf({ env, action }, id, outcomes.get(id))) });
  }
  return failed ? { items, failed } : { items };
}

type PartOutcome = BulkOutcome | { readonly id: string; readonly refused: string };

async function endOf(
  { env, action }: Pick<Run, 'env' | 'action'>,
  id: string,
  outcome: PartOutcome | undefined,
): Promise<Effect> {
  if (!outcome) return {};
  if ('refused' in outcome) return { refused: outcome.refused };
  if ('error' in outcome) {
    const { code, message } = outcome.error;
    return { refused: code === 'SESSION_CHANGED' ? 'it went on since it was looked at' : message };
  }
  // It is done, also where how it stands now cannot be read any more.
  return { after: await standing(env, action, id).catch(() => 'done') };
}

/** The outcomes for a part of those that an action is about. Errors: all but refusals. */
async function* outcomesOf({ env, action, given, planned, id: plan, after }: Run, ids: readonly string[]) {
  const kind = kindOf(action.verb);
  const items: { readonly id: string; readonly position: string }[] = [];
  const operators = new Map<string, string | undefined>();
  for (const id of ids) {
    const item = planned.get(id);
    if (!item) yield { id, refused: 'it was not looked at before' };
    else if (kind === 'queue') yield await pause(env, { action, item }, given);
    else if (item.position === 0) yield { id, refused: `there was no such ${kind} when it was looked at` };
    else items.push({ id, position: String(item.position) });
    if (kind === 'session') operators.set(id, (await env.sessions.get(id))?.operator);
  }
  if (items.length === 0) return;
  const { reason, actor } = given;
  const head = { v: 1, id: plan, unit: env.unit, head: '0', items };
  const part = { after, of: action.ids.length };
  const options = { actor, atOnce, part, ...(action.verb !== 'park' && { reason }) };
  if (kind === 'saga') return yield* env.sagas.applyPlan({ ...head, word: wordOf(action) }, options);
  for await (const outcome of env.sessions.applyPlan({ ...head, operation: operationOf(action, given) }, options)) {
    if ('result' in outcome && outcome.result.now?.status !== 'active') endLease(env, operators.get(outcome.id));
    yield outcome;
  }
}

interface PausedQueue {
  readonly action: Action;
  readonly item: PlanItem;
}

async function pause(env: Environment, { action, item }: PausedQueue, given: GivenReason): Promise<PartOutcome> {
  const { id, before } = item;
  if ((await standing(env, action, id)) !== before) return { id, refused: 'it went on since it was looked at' };
  const { reason, actor } = given;
  const result = await env.sessions.changeTheme(id, { paused: action.verb === 'pause', reason, actor });
  return result.ok ? { id, result } : { id, refused: result.idle ? 'nothing is due' : result.rejection.reason };
}

/** How one of them stands, and where its newest record is. */
async function look(env: Environment, action: Action, id: string): Promise<PlanItem> {
  const kind = kindOf(action.verb);
  if (kind === 'queue') return { id, before: await standing(env, action, id), position: 0 };
  if (kind === 'session') {
    const session = await env.sessions.get(id);
    return { id, before: nameOf(session), position: session?.position ?? 0 };
  }
  const [item] = (await env.sagas.plan(wordOf(action), [id])).items;
  return { id, before: item?.before ?? '', position: Number(item?.position ?? 0) };
}

async function standing(env: Environment, { verb }: Action, id: string): Promise<string> {
  if (kindOf(verb) === 'queue') return (await env.sessions.theme(id)).paused ? 'paused' : 'running';
  const session = await env.sessions.get(id);
  if (kindOf(verb) === 'session') return nameOf(session);
  const { phase, saga } = await env.sagas.get(id);
  const forced = saga.forced === undefined ? '' : `, to be ${saga.forced}`;
  return session ? `${phase}${forced}, ${session.status}` : `${phase}, ended`;
}

function nameOf(session: SessionReading | undefined): string {
  if (!session) return 'removed';
  if (session.status === 'active') return `active, epoch ${session.epoch}`;
  const error = session.status === 'parked' && session.error !== undefined ? `: ${session.error}` : '';
  return `${session.status}${error}`;
}

const refusals: ReadonlySet<ErrorClass> = new Set(['usage', 'input', 'absent', 'conflict', 'held']);

/** Whether an error says that one of them cannot be done as it stands: all others concern the environment, or are bugs. */
function isRefusal(error: unknown): error is TxlogError {
  return error instanceof TxlogError && refusals.has(classOf(error.code));
}

/** The operation of an action on sessions. */
function operationOf({ verb }: Action, { reason, span }: GivenReason): BulkOperation {
  if (verb === 'store') return { op: 'store', seconds: secondsOf(span) ?? 0 };
  if (verb === 'park') return { op: 'park', error: reason };
  if (verb === 'remove') return { op: 'remove' };
  return { op: 'ready', ...(verb === 'take over' && { force: true }) };
}

function wordOf({ verb }: Action): SagaCommand {
  if (verb === 'skip step') return { kind: 'skip' };
  if (verb === 'force done') return { kind: 'force', outcome: 'done' };
  if (verb === 'force compensated') return { kind: 'force', outcome: 'compensated' };
  return { kind: verb === 'compensate' ? 'compensate' : 'retry' };
}
