import { limits } from '../core/base/limits.ts';
import type { Clock } from '../ports/clock.ts';

/** The present turn of the event loop, as work sees it that others may have to wait for. */
export interface LoopTurn {
  /** Whether the turn has lasted as long as one may: whoever has more to do goes on in a later one. */
  readonly isOver: boolean;
}

/** Work of any length in steps: where it yields, others may have a turn of the event loop. */
export type Steps<T> = Generator<void, T, void>;

/** Bytes from which on a row takes so long to read that it is worth a look at the clock of its own. */
export const largeRowBytes = 16_384;

/** How many steps are taken for one look at the clock: most steps cost little more than such a look. */
const stepsPerLook = 4;

/**
 * Shares the event loop among all long work of one environment: a turn of the loop is at most one slice of it long, and
 * whoever waits for the next slice gets it in the order in which they came.
 *
 * Units: a slice lasts `limits.sliceMs` milliseconds.
 */
export class LoopTurns implements LoopTurn {
  private readonly clock: Clock;
  /** When the present turn was first looked at, by `clock.elapsed()`; undefined in a turn that no one has looked at. */
  private since: number | undefined;
  private waiting: (() => void)[] = [];
  private isWatching = false;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get isOver(): boolean {
    const now = this.clock.elapsed();
    if (this.since !== undefined) return now - this.since >= limits.sliceMs;
    this.since = now;
    this.watch();
    return false;
  }

  /** Resolves in a later turn of the loop, when it is the caller's. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.watch();
    });
  }

  /** Resolves at once while the present turn may go on, and else as `next`. */
  async room(): Promise<void> {
    if (this.isOver) await this.next();
  }

  /** Takes all steps of some work, over as many turns as they need. Errors: the reason of `signal` once that is aborted. */
  async run<T>(work: Steps<T>, signal?: AbortSignal): Promise<T> {
    try {
      for (;;) {
        signal?.throwIfAborted();
        const step = takeSteps(work, this);
        if (step.done) return step.value;
        await this.next();
      }
    } finally {
      // Work that ends by an error of someone else lets go of the rows that it was reading.
      work.return(undefined as T);
    }
  }

  private watch(): void {
    if (this.isWatching) return;
    this.isWatching = true;
    void this.turnOver();
  }

  /** One who waits for each turn of the loop: timers and input come in between. */
  private async turnOver(): Promise<void> {
    do {
      await this.clock.yield();
      this.since = undefined;
      this.waiting.shift()?.();
    } while (this.waiting.length > 0);
    this.isWatching = false;
  }
}

/** Takes steps until the work is done, or the turn is over. */
export function takeSteps<T>(work: Steps<T>, turn: LoopTurn): IteratorResult<void, T> {
  for (;;) {
    for (let i = 1; i < stepsPerLook; i++) {
      const step = work.next();
      if (step.done) return step;
    }
    const step = work.next();
    if (step.done || turn.isOver) return step;
  }
}

/** Takes all steps at once: for work that is known to be short, or whose caller holds the lock. */
export function takeAllSteps<T>(work: Steps<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
