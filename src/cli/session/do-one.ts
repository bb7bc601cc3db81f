import type { OperationResult } from '../../core/log/operation.ts';
import type { Environment } from '../../environment/environment.ts';
import { endLease } from '../../pages/shell-lease.ts';
import type { Done } from '../../shapes/session.ts';
import { operationOrThrow } from './operation-result.ts';

/**
 * Does an operation on one session, undefined where it is made; `work` is told its whole id. The turn of a shell ends with
 * Store, Remove or Park: its lease does as well.
 *
 * Errors: SESSION_GONE, SESSION_FENCED, SESSION_ACTIVE, SESSION_BUSY; those of the engine.
 */
export async function doOne(
  env: Environment,
  named: string | undefined,
  work: (env: Environment, id: string) => Promise<OperationResult>,
): Promise<Done> {
  const session = named === undefined ? undefined : await env.completeId(named, 'session');
  const before = session === undefined ? undefined : await env.sessions.get(session);
  const done = operationOrThrow(await work(env, session ?? ''), session ?? '');
  if (before?.status === 'active' && done.now?.status !== 'active') endLease(env, before.operator);
  return done;
}
