import type { ClockMark } from '../layout/meta.ts';
import type { Clock } from '../ports/clock.ts';

/** How fast time goes while it is ahead of the wall clock: slow enough to be caught up with, fast enough to wait for. */
const rateAhead = 0.9;

/** A time of the engine in ms since 1970, not rounded, and what the clock that no one sets says then. */
export interface Moment {
  readonly time: number;
  readonly elapsed: number;
  /** Nobody knows how long ago the last record was: time stands at it, and goes on from now. */
  readonly isUnanchored?: boolean;
}

/**
 * The time of decisions. It is the wall clock's, but never before the last record; while the wall clock is behind that,
 * because someone set it back, time goes on by the clock that no one sets. So what is due is late by little, not by
 * the jump. Where the log tells when the last record was decided, time goes on from there: also for a process that lives
 * for one command only.
 */
export class EngineTime {
  private readonly clock: Clock;
  private anchor: Moment = { time: 0, elapsed: 0 };

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** ms since 1970; `head` is the time of the last record, `mark` when that was decided. */
  now(head: number, mark?: ClockMark): number {
    // Times in the log are whole, whatever the clock gives.
    return Math.floor(this.moment(head, mark).time);
  }

  /** As `now`, not rounded. */
  moment(head: number, mark?: ClockMark): Moment {
    const wall = this.clock.now();
    const elapsed = this.clock.elapsed();
    if (Math.floor(wall) >= head) return { time: wall, elapsed };
    if (head > this.ahead(elapsed)) this.anchor = this.anchorAt(head, elapsed, mark);
    return { ...this.anchor, time: this.ahead(elapsed), elapsed };
  }

  /** The mark to keep beside records of this time, decided at a moment or later; undefined where it says nothing. */
  mark(time: number, moment: Moment): ClockMark | undefined {
    const { boot } = this.clock;
    if (boot === undefined) return undefined;
    if (Math.floor(moment.time) === time) return { time: moment.time, elapsed: moment.elapsed, boot };
    return { time, elapsed: this.clock.elapsed(), boot };
  }

  private ahead(elapsed: number): number {
    return this.anchor.time + (elapsed - this.anchor.elapsed) * rateAhead;
  }

  private anchorAt(head: number, elapsed: number, mark: ClockMark | undefined): Moment {
    const isOfHead = mark !== undefined && Math.floor(mark.time) === head;
    const isComparable = isOfHead && mark.boot === this.clock.boot && mark.elapsed <= elapsed;
    if (isComparable) return { time: mark.time, elapsed: mark.elapsed };
    return { time: head, elapsed, isUnanchored: true };
  }
}
