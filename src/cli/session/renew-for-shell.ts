import { refusedError } from '../../core/log/refused-operation.ts';
import type { Environment } from '../../environment/environment.ts';
import { holdLease } from '../../pages/shell-lease.ts';

/**
 * Renews the lease by which a shell leads a session. `until` is in ms since 1970.
 *
 * Errors: SESSION_GONE; SESSION_FENCED when it is not led in that epoch, or its lease ran out before.
 */
export async function renewForShell(
  env: Environment,
  id: string,
  { epoch, dryRun }: { readonly epoch: number; readonly dryRun: boolean },
): Promise<{ readonly operator: string; readonly until: number }> {
  const session = await env.sessions.get(id);
  if (!session) throw refusedError({ code: 'SESSION_GONE', reason: `session ${id} was removed, or never was` }, id);
  const { operator, lease } = session;
  const fenced = (why: string) =>
    refusedError({ code: 'SESSION_FENCED', reason: `session ${id} is not led in epoch ${epoch} any more: ${why}` }, id);
  if (session.status !== 'active' || operator === undefined || lease === undefined || session.epoch !== epoch)
    throw fenced(session.status === 'active' ? `epoch ${session.epoch} leads it now` : `it is ${session.status}`);
  const state = env.leases.look(operator);
  // A lease that ran out stays so: the session may be led by another at any moment.
  if (!state.alive) throw fenced('its lease ran out');
  if (state.operator.process !== 0) throw fenced(`process ${state.operator.process} leads it, not a shell`);
  if (dryRun) return { operator, until: env.clock.now() + lease * 1_000 };
  holdLease(env, operator, lease);
  const renewed = env.leases.look(operator);
  return { operator, until: renewed.until ?? env.clock.now() };
}
