import { limits } from '../core/base/limits.ts';
import type { Watching } from './reader.ts';

/**
 * Tells that any process may have committed since the last look: `arm`, look, `next`, and again. What is committed
 * between the first and the last of these is not missed.
 */
export class CommitSignal {
  private readonly clock: Watching['clock'];
  private readonly signal: AbortSignal | undefined;
  private readonly stopWatching: () => void;
  private isHeard = false;
  private resume: () => void = () => {};
  private readonly hear = () => this.tell();

  constructor(env: Pick<Watching, 'clock' | 'watch'>, signal?: AbortSignal) {
    this.clock = env.clock;
    this.signal = signal;
    this.stopWatching = env.watch(this.hear);
    signal?.addEventListener('abort', this.hear);
  }

  /** From here on something new counts: for right before a look. */
  arm(): void {
    this.isHeard = false;
  }

  /** Has whoever waits look again, now. */
  tell(): void {
    this.isHeard = true;
    this.resume();
  }

  /**
   * Resolves once something is new since `arm`, after `ms` at most, and at once when the signal is aborted. Keeps the
   * process alive: whoever waits here waits for what others do.
   */
  async next(ms: number = limits.lookAgainMs): Promise<void> {
    if (this.isHeard || this.signal?.aborted) return;
    let cancel = () => {};
    await new Promise<void>((resolve) => {
      this.resume = resolve;
      cancel = this.clock.after(ms, resolve, { keepsAlive: true });
    });
    cancel();
  }

  /** Hears no more. */
  stop(): void {
    this.stopWatching();
    this.signal?.removeEventListener('abort', this.hear);
    this.resume();
  }
}
