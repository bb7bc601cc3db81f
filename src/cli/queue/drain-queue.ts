import { TxlogError } from '../../core/base/errors.ts';
import { limits } from '../../core/base/limits.ts';
import type { Environment } from '../../environment/environment.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { operationOrThrow } from '../session/operation-result.ts';
import { type PauseValues, toOrigin } from './pause-command.ts';

/** How to drain a queue. */
export interface DrainOptions extends PauseValues {
  /** How long to wait, in ms; for ever when absent. */
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal;
  /** False to pause it, and to tell only whether there is anything to wait for. */
  readonly waits: boolean;
}

/**
 * Pauses a queue and waits until the turns that run have ended: true then, false when the signal aborts first.
 *
 * Errors: THEME_NOT_FOUND; WAIT_TIMEOUT, and the queue stays paused.
 */
export async function drainQueue(env: Environment, theme: string, options: DrainOptions): Promise<boolean> {
  const { timeoutMs = Number.POSITIVE_INFINITY, signal } = options;
  await env.sessions.theme(theme);
  const commits = env.commitSignal(signal);
  try {
    operationOrThrow(await env.sessions.changeTheme(theme, { paused: true, ...toOrigin(options) }), '');
    const until = performance.now() + timeoutMs;
    for (;;) {
      commits.arm();
      const { counts } = await env.sessions.theme(theme);
      if (counts.active === 0) return true;
      if (signal.aborted || !options.waits) return false;
      if (performance.now() >= until) throw late(theme, counts.active);
      await commits.next(Math.min(limits.lookAgainMs, until - performance.now()));
    }
  } finally {
    commits.stop();
  }
}

function late(theme: string, active: number): TxlogError {
  return new TxlogError('WAIT_TIMEOUT', `${active} sessions of ${theme} are led still; it stays paused`, {
    next: [`txlog session list --theme ${shellQuote(theme)} --status active`, 'txlog session stuck'],
  });
}
