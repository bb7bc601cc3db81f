import { given } from '../../core/base/given.ts';
import type { SessionStatus } from '../../core/fold/session.ts';
import type { Environment } from '../../environment/environment.ts';
import type { PlanTarget, SessionReading, StuckSession } from '../../index.ts';
import { outputs } from '../../shapes/schema/command-outputs.ts';
import { toSessionJson, toStuckJson } from '../../shapes/session.ts';
import { Condition, type Search } from '../output/condition.ts';

/** Which sessions are meant: as `session list` selects them, or `session stuck`. */
export interface SessionSelection {
  readonly theme?: string | undefined;
  readonly order?: string | undefined;
  readonly status?: SessionStatus | undefined;
  readonly where?: string | undefined;
  readonly stuck: boolean;
}

/** Those that fit, with where each stood; told when none does. */
export interface Selected {
  readonly targets: readonly PlanTarget[];
  readonly none: string | undefined;
}

/** The sessions that are meant; `search` hears how far a condition is. Errors: THEME_NOT_FOUND; FILTER_INVALID with the column. */
export async function selectSessions(env: Environment, selection: SessionSelection, search: Search): Promise<Selected> {
  const { theme, order, status, where, stuck } = selection;
  if (theme !== undefined) await env.sessions.theme(theme);
  const targets: PlanTarget[] = [];
  if (!stuck) {
    const condition = await conditionOf('session list', where);
    const all = env.sessions.list(given({ theme, status, order }));
    for await (const { id, position } of condition ? condition.select(all, toSessionJson, search) : all)
      targets.push({ id, position });
    return { targets, none: condition?.emptyText('session') };
  }
  const condition = await conditionOf('session stuck', where);
  const found = await env.sessions.stuck({ ...given({ theme }), limit: Number.MAX_SAFE_INTEGER });
  const all = found.filter(({ session }) => fits(session, { order, status }));
  for await (const { session } of condition
    ? condition.select(all, toStuckJson, search)
    : (all as Iterable<StuckSession>))
    targets.push({ id: session.id, position: session.position });
  return { targets, none: condition?.emptyText('stuck session') };
}

async function conditionOf(list: string, where: string | undefined): Promise<Condition | undefined> {
  return where === undefined ? undefined : Condition.read(where, outputs[list] ?? {});
}

function fits(session: SessionReading, { order, status }: Pick<SessionSelection, 'order' | 'status'>): boolean {
  return (order === undefined || session.order === order) && (status === undefined || session.status === status);
}
