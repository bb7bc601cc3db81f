import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../src/ports/clock.ts';

const turnsToSettle = 120;

/** Time that passes only when a test lets it: timers run in their order, and what they start comes to rest in between. */
export class TimedClock implements Clock {
  boot: string | undefined = 'first start';
  private wall = 1_700_000_000_000;
  private sinceBoot = 5_000_000;
  private readonly timers = new Map<() => void, number>();

  now(): number {
    return this.wall;
  }

  elapsed(): number {
    return this.sinceBoot;
  }

  after(ms: number, callback: () => void): () => void {
    // A function of its own: the same callback may be given twice.
    const run = () => callback();
    this.timers.set(run, this.sinceBoot + ms);
    return () => void this.timers.delete(run);
  }

  yield(): Promise<void> {
    return nextTurn();
  }

  /** Someone sets the wall clock: forward, or back with a negative number of ms. */
  jump(ms: number): void {
    this.wall += ms;
  }

  /** Time passes while nobody runs, as for a process that is stopped: timers are late. */
  sleep(ms: number): void {
    this.wall += ms;
    this.sinceBoot += ms;
  }

  /** Lets so much time pass. */
  async pass(ms: number): Promise<void> {
    const end = this.sinceBoot + ms;
    await settle();
    for (let next = this.nextTimer(end); next; next = this.nextTimer(end)) {
      const [run, at] = next;
      this.timers.delete(run);
      this.sleep(Math.max(0, at - this.sinceBoot));
      run();
      await settle();
    }
    this.sleep(end - this.sinceBoot);
    await settle();
  }

  private nextTimer(end: number): readonly [() => void, number] | undefined {
    const due = [...this.timers].filter(([, at]) => at <= end).sort(([, a], [, b]) => a - b);
    return due[0];
  }
}

/** Lets all that needs no time come to rest. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < turnsToSettle; turn++) await nextTurn();
}
