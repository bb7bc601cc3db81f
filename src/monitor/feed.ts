import { type Clock, costSoFar } from '../ports/clock.ts';
import { CommitSignal } from '../view/commit-signal.ts';
import { LookBudget } from './look-budget.ts';
import { type MonitorHost, type Overview, OverviewMemory, readOverview } from './overview.ts';

/** How an environment is watched. */
export interface FeedOptions {
  /** Ends the feed. */
  readonly signal?: AbortSignal;
  /** The shortest time between two overviews, in ms. Default 100. */
  readonly intervalMs?: number;
}

/**
 * Overviews of an environment: one at once, then one soon after each change that any process makes, and one a second, since
 * what is stuck changes by time alone. Many changes at once are one overview; nothing is held open in between.
 *
 * Errors: ENV_NOT_FOUND once the environment is gone.
 */
export async function* followOverview(host: MonitorHost, options: FeedOptions): AsyncGenerator<Overview> {
  const { signal, intervalMs = 100 } = options;
  const memory = new OverviewMemory();
  const news = new CommitSignal(host, signal);
  const budget = new LookBudget(host.clock.elapsed());
  try {
    while (!signal?.aborted) {
      news.arm();
      const begun = host.clock.elapsed();
      const before = costSoFar(host.clock);
      const overview = await readOverview(host, memory);
      const rest = budget.restAfter(costSoFar(host.clock) - before, host.clock.elapsed());
      const end = host.clock.elapsed() + rest;
      yield overview;
      if (signal?.aborted) return;
      await host.refuseWhenGone();
      await news.next();
      await pause(host.clock, Math.max(begun + intervalMs, end) - host.clock.elapsed(), signal);
    }
  } finally {
    news.stop();
  }
}

/** Resolves after a while, or when it is aborted. */
function pause(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (ms <= 0 || signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end, { keepsAlive: true });
    signal?.addEventListener('abort', end, { once: true });
  });
}
