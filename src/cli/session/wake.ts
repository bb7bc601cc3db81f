import type { Environment } from '../../environment/environment.ts';

/** Where no watcher works, such as on some shared folders, what is new is noticed this late. */
const lookAgainMs = 1_000;

/** Hears of what any process commits, from its making on: nothing that comes between two looks is missed. */
export class Wake {
  readonly stop: () => void;
  private readonly signal: AbortSignal;
  private heard = false;
  private tell = () => {};

  constructor(env: Environment, signal: AbortSignal) {
    this.signal = signal;
    const hear = () => {
      this.heard = true;
      this.tell();
    };
    const stopWatching = env.watch(hear);
    signal.addEventListener('abort', hear);
    this.stop = () => {
      stopWatching();
      signal.removeEventListener('abort', hear);
    };
  }

  /** Resolves when something was committed since the last call, after `ms` at most, or once the signal aborts. */
  async next(ms: number): Promise<void> {
    if (!this.heard && !this.signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(ms, lookAgainMs));
        this.tell = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.heard = false;
  }
}
