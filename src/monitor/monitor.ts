import { checkBound } from '../core/base/check-arguments.ts';
import type { ThemeReading } from '../sessions/read/read-session.ts';
import type { StuckSession } from '../sessions/worker/find-stuck.ts';
import type { FeedOptions } from './feed.ts';
import type { MessageUnderWay } from './messages.ts';
import type { MonitorHost, Overview } from './overview.ts';
import type { SagaCounts } from './saga-counts.ts';
import type { TypeCount } from './standing.ts';
import type { WaitChain } from './wait-chain.ts';

/** The most that is looked for of all that waits for a session. */
const waitersDefault = 100;

/** How an environment is watched: `status`, `top` and `tui` show what is read here. Writes nothing. */
export class Monitor {
  private readonly host: MonitorHost;

  constructor(host: MonitorHost) {
    this.host = host;
  }

  /** How the environment stands now. */
  async overview(): Promise<Overview> {
    const { OverviewMemory, readOverview } = await import('./overview.ts');
    return readOverview(this.host, new OverviewMemory());
  }

  /**
   * How it stands at once, then again soon after any process changed it, and each second. No faster than `intervalMs`, nor
   * than its taker takes them. Errors: ENV_NOT_FOUND once the environment is gone.
   */
  async *follow(options: FeedOptions = {}): AsyncGenerator<Overview> {
    checkBound('intervalMs', options.intervalMs);
    const { followOverview } = await import('./feed.ts');
    yield* followOverview(this.host, options);
  }

  /**
   * All that waits for a session: what is behind it in its order key, the saga that asked for it, what waits for these.
   * Ends with the reason of `signal` once that is aborted; so does `messages`.
   */
  async waiting(
    session: string,
    { limit, signal }: { readonly limit?: number; readonly signal?: AbortSignal } = {},
  ): Promise<WaitChain> {
    checkBound('limit', limit);
    const { readWaitChain } = await import('./wait-chain.ts');
    return readWaitChain(this.host, session, { limit: limit ?? waitersDefault, signal });
  }

  /** All types of the log with their counts, the most frequent first: an overview has none, as it would cost more. */
  async types(): Promise<readonly TypeCount[]> {
    const { countTypes } = await import('./standing.ts');
    return this.host.readSteps((cut) => countTypes(cut));
  }

  /** The messages of a saga that are on their way to other services, or wait to be answered. */
  async messages(
    saga: string,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly MessageUnderWay[]> {
    const { readMessages } = await import('./messages.ts');
    return readMessages(this.host, saga, signal);
  }

  /** The sagas that have not ended, by phase; undefined where there never were any. */
  async sagas(
    themes: readonly Pick<ThemeReading, 'name'>[],
    stuck: readonly StuckSession[],
  ): Promise<SagaCounts | undefined> {
    const { countSagas } = await import('./saga-counts.ts');
    return countSagas(this.host, themes, stuck);
  }
}
