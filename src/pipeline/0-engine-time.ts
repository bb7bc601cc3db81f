import type { Clock } from '../ports/clock.ts';

/** How fast time goes while it is ahead of the wall clock: slow enough to be caught up with, fast enough to wait for. */
const rateAhead = 0.9;

/**
 * The time of decisions. It is the wall clock's, but never before the last record; while the wall clock is behind that,
 * because someone set it back, time goes on by the clock that no one sets. So what is due is late by little, not by
 * the jump.
 */
export class EngineTime {
  private readonly clock: Clock;
  private anchor = { time: 0, elapsed: 0 };

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** ms since 1970; `head` is the time of the last record. */
  now(head: number): number {
    // Times in the log are whole, whatever the clock gives.
    const wall = Math.floor(this.clock.now());
    if (wall >= head) return wall;
    const elapsed = this.clock.elapsed();
    const since = (elapsed - this.anchor.elapsed) * rateAhead;
    if (head > this.anchor.time + since) this.anchor = { time: head, elapsed };
    return Math.floor(this.anchor.time + (elapsed - this.anchor.elapsed) * rateAhead);
  }
}
