import { limits } from '../../core/base/limits.ts';
import { refusedError } from '../../core/log/refused-operation.ts';
import type { Environment } from '../../environment/environment.ts';
import type { Data } from '../../index.ts';
import { endLease, holdLease } from '../../pages/shell-lease.ts';
import type { LedOrDue } from '../../shapes/session.ts';
import { printable } from '../../text/printable.ts';
import { formatPairs } from '../../text/table.ts';
import { dataText } from '../print/data-text.ts';

/** The session that a shell wants to lead. */
export type WantedSession = { readonly theme: string } | { readonly session: string };

/** How it leads. */
export interface ShellLeadOptions {
  /** Name before the unique part of the operator's id. */
  readonly operator: string;
  /** Seconds. */
  readonly lease: number;
  /** How long to wait for a session, in ms; 0 does not wait. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Leads the next session for a shell, which shows by later commands that it is alive. The lease begins before the lead:
 * no janitor ever finds the session without one.
 *
 * Errors: SESSION_GONE; SESSION_BUSY once waiting is over.
 */
export async function leadForShell(
  env: Environment,
  wanted: WantedSession,
  options: ShellLeadOptions,
): Promise<LedOrDue> {
  const until = performance.now() + options.waitMs;
  const operator = `${options.operator}/${env.makeId()}`;
  const commits = env.commitSignal(options.signal);
  try {
    return await leadWithin(env, wanted, { ...options, operator, until, commits });
  } finally {
    commits.stop();
  }
}

interface Attempts extends ShellLeadOptions {
  readonly until: number;
  readonly commits: ReturnType<Environment['commitSignal']>;
}

async function leadWithin(env: Environment, wanted: WantedSession, options: Attempts): Promise<LedOrDue> {
  const { operator, until, signal, commits } = options;
  for (;;) {
    commits.arm();
    holdLease(env, operator, options.lease);
    const result = await env.sessions.lead(wanted, operator, options.lease).catch((error) => {
      endLease(env, operator);
      throw error;
    });
    if (result.ok) return readLed(env, result.session);
    endLease(env, operator);
    const rest = until - performance.now();
    const isLost = !result.idle && result.rejection.code !== 'SESSION_BUSY';
    if (isLost || rest <= 0 || signal.aborted) {
      if (result.idle) return { session: undefined, due: result.due };
      throw refusedError(result.rejection, 'session' in wanted ? wanted.session : '');
    }
    const dueIn = result.idle && result.due !== undefined ? result.due - env.now() : rest;
    await commits.next(Math.min(limits.lookAgainMs, rest, Math.max(dueIn, 1)));
  }
}

async function readLed(env: Environment, id: string): Promise<LedOrDue> {
  const session = await env.sessions.get(id);
  // Another may have taken it away by force since: what this shell does will be refused then.
  if (!session) throw refusedError({ code: 'SESSION_GONE', reason: `session ${id} was removed at once` }, id);
  return { session, data: await env.sessions.data(id) };
}

/** A session that is led, for people, and what its operator may do. */
export function formatLed({ session, data }: Extract<LedOrDue, { readonly data: readonly Data[] }>): string {
  const { id, themeName, epoch, operator = '', lease, attempts, order, error } = session;
  const pairs: [string, string][] = [
    ['theme', printable(themeName)],
    ['epoch', String(epoch)],
    ['operator', `${printable(operator)}, lease ${lease} s`],
  ];
  if (order !== undefined) pairs.push(['order', printable(order)]);
  if (attempts > 1) pairs.push(['attempts', `${attempts}${error === undefined ? '' : `: ${printable(error)}`}`]);
  for (const chunk of data) pairs.push(['data', dataText(chunk)]);
  return [`lead ${printable(id)}`, formatPairs(pairs, '  ')].join('\n');
}
