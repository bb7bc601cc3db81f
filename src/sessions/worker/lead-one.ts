import type { ThemeDefinition, ThemePolicy } from '../../core/app/theme.ts';
import { assert, present } from '../../core/base/assert.ts';
import { findPolicyProblem } from '../../core/base/check-policy.ts';
import { isErrorCode } from '../../core/base/error-codes.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { shellWord } from '../../core/base/shell-word.ts';
import type { LeadSession, OperationResult } from '../../core/log/operation.ts';
import { fullPolicy } from '../host/policy.ts';
import type { SessionHost } from '../host/session-host.ts';
import { readThemeEntries, sessionsOf } from '../read/read-session.ts';
import { coalesceOperations } from '../turn/coalesce.ts';
import { LeaseHolder } from '../turn/lease-holder.ts';
import { type Led, ledSession } from '../turn/led-session.ts';
import { runTurn } from '../turn/run-advisor.ts';
import type { TurnReport } from '../turn/turn-report.ts';

/** How one turn is led. All optional. */
export interface LeadOptions {
  /** The session to lead, in place of the next of the theme: also before it is due, or while its theme is paused. */
  readonly session?: string;
  /** Name of the operator; made when absent. */
  readonly operator?: string;
  /** In place of what the app says of the theme. */
  readonly policy?: ThemePolicy;
  /** Aborted, the turn ends where it is, and its session is stored. */
  readonly signal?: AbortSignal;
}

/**
 * Leads one session through one turn.
 *
 * Errors: SESSION_GONE, SESSION_BUSY of a session that is named and cannot be led; USAGE of a policy; those of the
 * storage.
 */
export async function leadOne(
  host: SessionHost,
  { theme, advisor }: { readonly theme: string; readonly advisor: NonNullable<ThemeDefinition['advisor']> },
  options: LeadOptions,
): Promise<TurnReport> {
  const problem = findPolicyProblem('policy', options.policy ?? {});
  if (problem !== undefined) throw new TxlogError('USAGE', problem);
  const policy = fullPolicy({ ...host.app.themes?.[theme], ...options.policy });
  const id = options.operator ?? host.makeId();
  const operator = new LeaseHolder(host, { id, lease: policy.lease, themes: [theme] });
  let isLeft = true;
  try {
    const led = await take(host, operator, { theme, session: options.session });
    const kill = options.signal ?? new AbortController().signal;
    const drain = new AbortController().signal;
    const operate = coalesceOperations(host);
    const context = { host, reads: host, operate, operator, policy, kill, drain, confirmed() {} };
    const report: TurnReport = led
      ? await runTurn(context, led, advisor)
      : { session: undefined, epoch: 0, ended: 'idle', operations: 0 };
    isLeft = report.ended === 'lost';
    return report;
  } finally {
    if (isLeft) operator.abandon();
    else operator.end();
  }
}

async function take(
  host: SessionHost,
  operator: LeaseHolder,
  { theme, session }: { readonly theme: string; readonly session?: string | undefined },
): Promise<Led | undefined> {
  const { id, lease } = operator;
  const which: Pick<LeadSession, 'session' | 'theme'> = session === undefined ? { theme } : { session };
  let result: OperationResult | undefined;
  try {
    [result] = await host.operate([{ op: 'lead', ...which, operator: id, lease }]);
  } catch (error) {
    // It may have been done all the same.
    const [own] = await findLedBy(host, id);
    if (own) return own;
    throw error;
  }
  const led = present(result, 'result');
  if (led.ok) return ledSession(led.session, theme, present(led.now, 'session that is led'));
  if (led.idle) return undefined;
  const { code, reason } = led.rejection;
  assert(isErrorCode(code), `a lead is refused with a known code, not ${code}`);
  throw new TxlogError(code, reason, {
    next: [`txlog session show ${shellWord(session ?? '')}`],
  });
}

/** Sessions that an operator leads. */
export async function findLedBy(host: SessionHost, operator: string): Promise<readonly Led[]> {
  return host.readSteps(function* (cut) {
    const led: Led[] = [];
    for (const theme of readThemeEntries(cut)) {
      for (const session of sessionsOf(cut, theme, { part: 'active' })) {
        if (session.operator === operator) led.push(ledSession(session.id, theme.name, session));
        yield;
      }
    }
    return led;
  });
}
