import type { WorkEvent } from '../../index.ts';
import { formatCount } from '../../text/printable.ts';

/** The rate is that of so many ms. */
const windowMs = 5_000;

/** Counts what a worker does, for people who look on. */
export class Counter {
  private running = 0;
  private failed = 0;
  private readonly ended = { removed: 0, stored: 0, parked: 0, lost: 0 };
  private readonly samples: { readonly at: number; readonly turns: number }[] = [];

  /** Counts an event. */
  add(event: WorkEvent): void {
    if (event.type === 'led') this.running += 1;
    if (event.type !== 'ended') return;
    this.running -= 1;
    this.ended[event.ended] += 1;
    if (event.error !== undefined) this.failed += 1;
  }

  /** The counts in one line; `now` in ms, by any clock that only goes forward. */
  text(now: number): string {
    const { removed, stored, parked, lost } = this.ended;
    const parts = [
      `${formatCount(this.running)} led`,
      `${formatCount(removed)} done`,
      `${formatCount(stored)} stored`,
      ...(parked === 0 ? [] : [`${formatCount(parked)} parked`]),
      ...(lost === 0 ? [] : [`${formatCount(lost)} lost`]),
      ...(this.failed === 0 ? [] : [`${formatCount(this.failed)} failed`]),
      `${formatCount(this.rate(now, removed + stored + parked + lost))}/s`,
    ];
    return parts.join(', ');
  }

  private rate(now: number, turns: number): number {
    this.samples.push({ at: now, turns });
    while ((this.samples[0]?.at ?? now) < now - windowMs) this.samples.shift();
    const first = this.samples[0];
    return first === undefined || first.at === now ? 0 : Math.round(((turns - first.turns) / (now - first.at)) * 1_000);
  }
}
