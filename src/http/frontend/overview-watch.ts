import type { Environment } from '../../environment/environment.ts';
import type { Overview } from '../../index.ts';

/** While somebody asked within so many ms, the environment is watched. */
const watchedMs = 15_000;
/** The shortest time between two overviews, in ms. */
const intervalMs = 500;

/**
 * How the environment stands, for all who look at it: read once for them, and no more when nobody has asked for a while.
 */
export class OverviewWatch {
  private readonly env: Environment;
  private readonly stopped: AbortSignal;
  private latest: Promise<Overview> | undefined;
  private askedAt = 0;

  constructor(env: Environment, stopped: AbortSignal) {
    this.env = env;
    this.stopped = stopped;
  }

  /** The latest overview, a second old at most, unless to read one takes longer. Errors: those of reading it. */
  read(): Promise<Overview> {
    this.askedAt = this.env.clock.elapsed();
    this.latest ??= this.begin();
    return this.latest;
  }

  private async begin(): Promise<Overview> {
    // An environment of a frontend that stops is still read once.
    if (this.stopped.aborted) return this.env.monitor.overview();
    const overviews = this.env.monitor.follow({ intervalMs, signal: this.stopped });
    try {
      const first = await overviews.next();
      if (first.done) return await this.env.monitor.overview();
      void this.keep(overviews);
      return first.value;
    } catch (error) {
      this.latest = undefined;
      throw error;
    }
  }

  private async keep(overviews: AsyncGenerator<Overview>): Promise<void> {
    try {
      for await (const overview of overviews) {
        this.latest = Promise.resolve(overview);
        if (this.env.clock.elapsed() - this.askedAt > watchedMs) break;
      }
    } catch {
      // The next one who asks meets the error again.
    } finally {
      this.latest = undefined;
    }
  }
}
