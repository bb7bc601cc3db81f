import type { Environment, OperationResult, SagaCommand } from '../../index.ts';
import { endLease } from '../../pages/shell-lease.ts';
import { type Action, type GivenReason, kindOf, secondsOf } from '../model/action.ts';
import type { PlanItem } from '../model/dialog.ts';
import type { JobProgress } from '../model/job.ts';

/** So many are shown of what would become of them. */
export const sampleMax = 20;

/**
 * What an action would do to a sample of those that it is about: it is done to a copy of the environment that is thrown
 * away. Writes nothing.
 */
export async function rehearse(env: Environment, action: Action, given: GivenReason): Promise<readonly PlanItem[]> {
  const ids = action.ids.slice(0, sampleMax);
  const seen = await Promise.all(ids.map((id) => look(env, action, id)));
  return env.withFork(async (copy) => {
    const items: PlanItem[] = [];
    for (const item of seen) {
      const refused =
        item.refused ??
        (await attempt(
          { env: copy, real: env },
          { action, id: item.id, given: { ...given, reason: given.reason || '…' } },
        ));
      items.push({
        ...item,
        ...(refused === undefined ? { after: await standing(copy, action, item.id) } : { refused }),
      });
    }
    return items;
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

/** Does it to all, or to as many as come before it is stopped; what went on since the plan was made is left as it is. */
export async function perform(
  env: Environment,
  { action, plan, onProgress, signal }: Carried,
  given: GivenReason,
): Promise<readonly PlanItem[]> {
  const planned = new Map(plan.map((item) => [item.id, item]));
  const done: PlanItem[] = [];
  let refused = 0;
  for (let i = 0; i < action.ids.length && !signal?.aborted; i += atOnce) {
    const ids = action.ids.slice(i, i + atOnce);
    const items = await Promise.all(ids.map((id) => performOne(env, { action, id, given }, planned.get(id))));
    done.push(...items);
    refused += items.filter((item) => item.refused !== undefined).length;
    onProgress?.({ seenTo: done.length, refused });
  }
  return done;
}

async function performOne(env: Environment, deed: Deed, before: PlanItem | undefined): Promise<PlanItem> {
  const { action, id } = deed;
  const now = await look(env, action, id);
  const wentOn = before !== undefined && before.position !== now.position && 'it went on since it was looked at';
  const refused = wentOn || (now.refused ?? (await attempt({ env, real: env }, deed)));
  return { ...now, ...(refused === undefined ? { after: await standing(env, action, id) } : { refused }) };
}

/** How one of them stands, and where its newest record is. */
async function look(env: Environment, action: Action, id: string): Promise<PlanItem> {
  const kind = kindOf(action.verb);
  const before = await standing(env, action, id);
  if (kind === 'queue') return { id, before, position: 0 };
  if (kind === 'session') return { id, before, position: (await env.sessions.get(id))?.position ?? 0 };
  const [item] = (await env.sagas.plan(wordOf(action), [id])).items;
  const refused = item?.refused === undefined ? {} : { refused: item.refused.reason };
  return { id, before, position: Number(item?.position ?? 0), ...refused };
}

async function standing(env: Environment, { verb }: Action, id: string): Promise<string> {
  if (kindOf(verb) === 'queue') return (await env.sessions.theme(id)).paused ? 'paused' : 'running';
  const session = await env.sessions.get(id);
  if (kindOf(verb) === 'saga') {
    const { phase, saga } = await env.sagas.get(id);
    const forced = saga.forced === undefined ? '' : `, to be ${saga.forced}`;
    return session ? `${phase}${forced}, ${session.status}` : `${phase}, ended`;
  }
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

/** An action on one of those that it is about. */
interface Deed {
  readonly action: Action;
  readonly id: string;
  readonly given: GivenReason;
}

/** Does it to one; why not, where it is refused. */
async function attempt({ env, real }: Site, deed: Deed): Promise<string | undefined> {
  const { action, id, given } = deed;
  try {
    if (kindOf(action.verb) === 'saga') return refusalOf(await env.sagas.say(wordOf(action), [id], by(given)).next());
    const before = kindOf(action.verb) === 'session' ? await env.sessions.get(id) : undefined;
    const led = before?.status === 'active' && action.verb !== 'take over' ? before : undefined;
    if (led && (action.verb !== 'retry' || real.leases.look(led.operator ?? '').alive))
      return `it is led by ${led.operator}: take it over`;
    const result = await operate(env, deed, before?.status === 'active' ? before.epoch : undefined);
    if (!result.ok) return result.idle ? 'nothing is due' : result.rejection.reason;
    if (env === real && before?.status === 'active' && result.now?.status !== 'active') endLease(env, before.operator);
    return undefined;
  } catch (error) {
    // An engine that has stopped does nothing more for any of them.
    if (isStopped(error)) throw error;
    return (error as Error).message;
  }
}

/** Whether an engine takes no more work: what comes next has to open the environment anew. */
export function isStopped(error: unknown): boolean {
  return (error as { readonly code?: string }).code === 'EMERGENCY_STOP';
}

/** A session that someone leads is meant in the epoch that was seen; taking over is the only way to end another's lead. */
function operate(
  env: Environment,
  { action: { verb }, id, given }: Deed,
  epoch: number | undefined,
): Promise<OperationResult> {
  const { sessions } = env;
  const who = by(given);
  if (verb === 'pause' || verb === 'resume') return sessions.changeTheme(id, { paused: verb === 'pause', ...who });
  if (verb === 'store') return sessions.store(id, secondsOf(given.span) ?? 0, who);
  if (verb === 'park') return sessions.park(id, given.reason, { actor: given.actor });
  if (verb === 'remove') return sessions.remove(id, who);
  const lead = verb === 'take over' ? { force: true } : epoch === undefined ? {} : { epoch };
  return sessions.ready(id, { ...who, ...lead });
}

function by({ reason, actor }: GivenReason): { readonly reason: string; readonly actor: string } {
  return { reason, actor };
}

function wordOf({ verb }: Action): SagaCommand {
  if (verb === 'skip step') return { kind: 'skip' };
  if (verb === 'force done') return { kind: 'force', outcome: 'done' };
  if (verb === 'force compensated') return { kind: 'force', outcome: 'compensated' };
  return { kind: verb === 'compensate' ? 'compensate' : 'retry' };
}

function refusalOf({
  value,
}: IteratorResult<{ readonly result?: OperationResult; readonly error?: Error } | object, void>) {
  const said = value as { readonly result?: OperationResult; readonly error?: Error } | undefined;
  if (said?.error) return said.error.message;
  return said?.result?.ok === false && !said.result.idle ? said.result.rejection.reason : undefined;
}
