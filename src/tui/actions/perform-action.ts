import { assert, present } from '../../core/base/assert.ts';
import { classOf, type ErrorClass } from '../../core/base/error-codes.ts';
import { limits } from '../../core/base/limits.ts';
import { sessionKey } from '../../core/fold/session.ts';
import {
  type Environment,
  type OperationResult,
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

/** An action that is tried on a copy, until `signal` aborts. */
interface Tried extends GivenReason {
  readonly signal?: AbortSignal;
}

/**
 * What an action would do: where each of those that it is about stands now, and of a sample what would become of them. It is
 * done to a copy of the environment that is thrown away. Writes nothing. Errors: all but refusals; the reason of `signal`.
 */
export async function rehearse(
  env: Environment,
  action: Action,
  { signal, ...given }: Tried,
): Promise<readonly PlanItem[]> {
  const seen: PlanItem[] = [];
  for (const id of action.ids) {
    signal?.throwIfAborted();
    seen.push((await look(env, action, id)).item);
  }
  signal?.throwIfAborted();
  return env.withFork(async (copy) => {
    const items: PlanItem[] = [];
    for (const item of seen.slice(0, limits.screenSampleMax)) {
      signal?.throwIfAborted();
      // Those before it may have moved it, as a removal does with the next one of its order key.
      const sight = await look(copy, action, item.id);
      const { refused } = await attempt(
        { env: copy, real: env },
        { action, sight, given: { ...given, reason: given.reason || '…' } },
      );
      items.push({
        ...item,
        ...(refused === undefined ? { after: await standing(copy, action, item.id) } : { refused }),
      });
    }
    return [...items, ...seen.slice(limits.screenSampleMax)];
  });
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
  const run: Run = { env, action, given, planned: new Map(plan.map((item) => [item.id, item])), own: new Set() };
  const items: PlanItem[] = [];
  let refused = 0;
  for (let i = 0; i < action.ids.length && !signal?.aborted; i += atOnce) {
    const part = await performPart(run, action.ids.slice(i, i + atOnce));
    items.push(...part.map(({ item }) => item));
    refused += part.filter(({ item }) => item.refused !== undefined).length;
    onProgress?.({ seenTo: items.length, refused });
    const failed = part.find((one) => one.failed)?.failed;
    if (failed) return { items, failed };
  }
  return { items };
}

/** A plan while it is carried out. */
interface Run {
  readonly env: Environment;
  readonly action: Action;
  readonly given: GivenReason;
  readonly planned: ReadonlyMap<string, PlanItem>;
  /** Positions of what was written: one that it moved, as a removal does with the next one of its order key, went on by it. */
  readonly own: Set<number>;
}

/** One of a plan after it was begun. */
interface Begun {
  readonly item: PlanItem;
  /** It was refused because it has gone on. */
  readonly isOvertaken?: boolean;
  readonly failed?: Problem;
}

/** Does it to some at once; then, one by one, to those that the others moved. */
async function performPart(run: Run, ids: readonly string[]): Promise<readonly Begun[]> {
  const part = await Promise.all(ids.map((id) => performOne(run, id)));
  const begun: Begun[] = [];
  for (const one of part) begun.push(one.isOvertaken ? await performOne(run, one.item.id) : one);
  return begun;
}

async function performOne(run: Run, id: string): Promise<Begun> {
  const { env, action, given, planned, own } = run;
  let item: PlanItem = { id, before: '', position: 0 };
  try {
    const sight = await look(env, action, id);
    item = sight.item;
    const refused = await findChange(run, planned.get(id), item);
    if (refused !== undefined) return { item: { ...item, refused }, isOvertaken: planned.has(id) };
    const done = await attempt({ env, real: env }, { action, sight, given });
    if (done.refused !== undefined)
      return { item: { ...item, refused: done.refused }, isOvertaken: done.isOvertaken ?? false };
    if (done.position !== undefined) own.add(done.position);
    // It is done, also where how it stands now cannot be read any more.
    item = { ...item, after: 'done' };
    return { item: { ...item, after: await standing(env, action, id) } };
  } catch (error) {
    const problem = toProblem(error);
    return { item, failed: { ...problem, message: `${id}: ${problem.message}` } };
  }
}

/** Why one is left as it is, or undefined. All that was done to it since must be what this plan did. */
async function findChange(
  { env, own }: Run,
  planned: PlanItem | undefined,
  { id, before, position }: PlanItem,
): Promise<string | undefined> {
  if (!planned) return 'it was not looked at before';
  const wentOn = 'it went on since it was looked at';
  if (planned.position === position) return planned.before === before ? undefined : wentOn;
  const since = await env.applied(sessionKey(id), { from: planned.position + 1 });
  const isOwn = since.at(-1)?.position === position && since.every((one) => own.has(one.position));
  return isOwn ? undefined : wentOn;
}

/** One of them as it was read: all of it at the position of the item. */
interface Sight {
  readonly item: PlanItem;
  readonly session?: SessionReading;
}

/** How one of them stands, and where its newest record is. */
async function look(env: Environment, action: Action, id: string): Promise<Sight> {
  const kind = kindOf(action.verb);
  if (kind === 'queue') return { item: { id, before: await standing(env, action, id), position: 0 } };
  if (kind === 'session') {
    const session = await env.sessions.get(id);
    return { item: { id, before: nameOf(session), position: session?.position ?? 0 }, ...(session && { session }) };
  }
  // Its position first: one that goes on in between is refused later.
  const [item] = (await env.sagas.plan(wordOf(action), [id])).items;
  return { item: { id, before: await standing(env, action, id), position: Number(item?.position ?? 0) } };
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

/** Where it is done: `real` knows who is alive, also while `env` is a copy. */
interface Site {
  readonly env: Environment;
  readonly real: Environment;
}

/** An action on one of those that it is about, as it was seen. */
interface Deed {
  readonly action: Action;
  readonly sight: Sight;
  readonly given: GivenReason;
}

/** Why one was refused, and whether because it has gone on; else the position of the record that did it. */
interface Attempted {
  readonly refused?: string;
  readonly isOvertaken?: boolean;
  readonly position?: number;
}

/** Does it to one. Errors: all but refusals. */
async function attempt(site: Site, deed: Deed): Promise<Attempted> {
  const { env, real } = site;
  const { session } = deed.sight;
  const isActive = session?.status === 'active';
  if (isActive && deed.action.verb === 'retry' && real.leases.look(session.operator ?? '').alive)
    return { refused: `it is led by ${session.operator}, who is alive: take it over` };
  try {
    const result = await operate(env, deed);
    if (!result.ok) return result.idle ? { refused: 'nothing is due' } : refusedBy(result.rejection);
    if (env === real && isActive && result.now?.status !== 'active') endLease(env, session.operator);
    return { position: result.position };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return refusedBy({ code: error.code, reason: error.message });
  }
}

function refusedBy({ code, reason }: { readonly code: string; readonly reason: string }): Attempted {
  return { refused: reason, isOvertaken: code === 'SESSION_CHANGED' };
}

const refusals: ReadonlySet<ErrorClass> = new Set(['usage', 'input', 'absent', 'conflict', 'held']);

/** Whether an error says that one of them cannot be done as it stands: all others concern the environment, or are bugs. */
function isRefusal(error: unknown): error is TxlogError {
  return error instanceof TxlogError && refusals.has(classOf(error.code));
}

/** Each is meant as it was seen: at its position, and in the epoch of who leads it. */
function operate(env: Environment, { action, sight, given }: Deed): Promise<OperationResult> {
  const { verb } = action;
  const { sessions } = env;
  const { session } = sight;
  const { id, position } = sight.item;
  const by = { reason: given.reason, actor: given.actor };
  if (kindOf(verb) === 'saga') return say(env, action, { id, position, by });
  if (verb === 'pause' || verb === 'resume') return sessions.changeTheme(id, { paused: verb === 'pause', ...by });
  const at = session ? { position } : {};
  const seen = { ...by, ...at };
  if (verb === 'store') return sessions.store(id, secondsOf(given.span) ?? 0, seen);
  if (verb === 'park') return sessions.park(id, given.reason, { actor: given.actor, ...at });
  if (verb === 'remove') return sessions.remove(id, seen);
  return sessions.ready(id, session?.status === 'active' ? { ...seen, epoch: session.epoch } : seen);
}

interface Said {
  readonly id: string;
  readonly position: number;
  readonly by: { readonly reason: string; readonly actor: string };
}

async function say(env: Environment, action: Action, { id, position, by }: Said): Promise<OperationResult> {
  const { value } = await env.sagas.say(wordOf(action), [{ id, position }], by).next();
  const told = present(value || undefined, `result of saga ${id}`);
  if ('error' in told) throw told.error;
  assert('result' in told, `saga ${id} was told nothing`);
  return told.result;
}

function wordOf({ verb }: Action): SagaCommand {
  if (verb === 'skip step') return { kind: 'skip' };
  if (verb === 'force done') return { kind: 'force', outcome: 'done' };
  if (verb === 'force compensated') return { kind: 'force', outcome: 'compensated' };
  return { kind: verb === 'compensate' ? 'compensate' : 'retry' };
}
