import { type SagaPhase, sagaOfTheme, sagaTheme } from '../core/app/saga.ts';
import { given, ifGiven } from '../core/base/given.ts';
import { shellWord } from '../core/base/shell-word.ts';
import { isSuspended } from '../core/fold/session.ts';
import type { Environment } from '../environment/environment.ts';
import type { SagaSummary, StuckSession } from '../index.ts';

/** A saga in a list; one that is stuck with why, and with the command to run next. */
export interface ListedSaga extends SagaSummary {
  readonly stuck?: Pick<StuckSession, 'reason' | 'detail' | 'age'>;
  readonly next?: string;
}

/** Which sagas to list. */
export interface SagaFilter {
  readonly type?: string | undefined;
  readonly phase?: SagaPhase | undefined;
  readonly incomplete: boolean;
  readonly stuck: boolean;
  readonly limit?: number | undefined;
}

/** The sagas that pass a filter: those that have not ended first. */
export async function* listed(env: Environment, filter: SagaFilter): AsyncGenerator<ListedSaga> {
  const { type, phase, incomplete, limit } = filter;
  const options = Object.entries({ type, phase, limit }).filter(([, value]) => value !== undefined);
  if (filter.stuck) yield* await stuckSagas(env, filter);
  else yield* env.sagas.list({ incomplete, ...Object.fromEntries(options) });
}

/** The sagas that do not go on by themselves: `limit` of each reason and type at most. */
export async function stuckSagas(
  env: Environment,
  { type, phase, limit = Number.MAX_SAFE_INTEGER }: Pick<SagaFilter, 'type' | 'phase' | 'limit'> = {},
): Promise<readonly ListedSaga[]> {
  const stuck = await env.sessions.stuck({ limit, ...given({ theme: ifGiven(type, sagaTheme) }) });
  const found = stuck.flatMap((one) => listedOf(one) ?? []);
  return found.filter((saga) => phase === undefined || saga.phase === phase).slice(0, limit);
}

function listedOf(one: StuckSession): ListedSaga | undefined {
  const { session, reason, detail, age } = one;
  const { id, themeName, phase = 'running', status, createdAt, due: at, error, position } = session;
  const type = sagaOfTheme(themeName);
  if (type === undefined) return undefined;
  return {
    ...{ id, type, phase: phase as SagaPhase, status, createdAt, at, stuck: { reason, detail, age } },
    ...given({ error, position }),
    next:
      reason === 'parked' && !isSuspended(session) ? `txlog saga retry ${shellWord(id)} --reason "…"` : nextFor(one),
  };
}

function nextFor({ reason, next, session }: StuckSession): string {
  // A worker sees to what a dead one has left.
  if (reason === 'dead' || reason === 'late' || reason === 'gone') return `txlog work --theme ${session.themeName}`;
  return reason === 'failing' ? `txlog saga show ${shellWord(session.id)}` : next;
}
