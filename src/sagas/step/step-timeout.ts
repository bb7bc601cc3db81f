import type { Clock } from '../../ports/clock.ts';
import type { Interruption } from '../../sessions/turn/interruption.ts';

/**
 * The time that one attempt of a step has: its signal aborts when that is over, or when its turn is interrupted. Made
 * when it is asked for: a request to another service, which is never waited for less, needs none.
 */
export class StepTimeout {
  private readonly interruption: Interruption;
  private readonly clock: Clock;
  private readonly seconds: number;
  private made: AbortSignal | undefined;
  private cancel = () => {};

  constructor(interruption: Interruption, clock: Clock, seconds: number) {
    this.interruption = interruption;
    this.clock = clock;
    this.seconds = seconds;
  }

  get signal(): AbortSignal {
    this.made ??= this.make();
    return this.made;
  }

  /** The attempt is over. */
  end(): void {
    this.cancel();
  }

  private make(): AbortSignal {
    const own = new AbortController();
    const { signal: turn } = this.interruption;
    const stop = () => own.abort(turn.reason);
    const cancelTime = this.clock.after(
      this.seconds * 1000,
      () => own.abort(new Error(`it took longer than ${this.seconds} s`)),
      { keepsAlive: true },
    );
    if (turn.aborted) stop();
    turn.addEventListener('abort', stop);
    this.cancel = () => {
      cancelTime();
      turn.removeEventListener('abort', stop);
    };
    return own.signal;
  }
}
