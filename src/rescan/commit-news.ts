import type { Clock } from '../ports/clock.ts';
import type { Watching } from '../view/reader.ts';

/** Where no watcher works, such as on network file systems, new records are noticed this late. */
const lookAgainMs = 1_000;

/** A promise for the next change after it was asked for, so that none between reading and waiting is missed. */
export class News {
  private resolve: () => void = () => {};
  private readonly stopWatching: () => void;
  private stopLooking: () => void = () => {};

  constructor(env: Watching, signal: AbortSignal | undefined) {
    const tell = () => this.resolve();
    this.stopWatching = env.watch(tell);
    this.lookAgain(env.clock);
    signal?.addEventListener('abort', tell, { once: true });
  }

  /** Resolves at the next change, or soon after it; once it is aborted, at once. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  /** Stops listening. */
  stop(): void {
    this.stopWatching();
    this.stopLooking();
    this.resolve();
  }

  /** Keeps the process alive: whoever follows waits for what others do. */
  private lookAgain(clock: Clock): void {
    const look = () => {
      this.resolve();
      this.lookAgain(clock);
    };
    this.stopLooking = clock.after(lookAgainMs, look, { keepsAlive: true });
  }
}
