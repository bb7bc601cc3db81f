import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock } from '../../src/clock/system.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** A clock on which each look takes a millisecond, and which counts the turns of the event loop that are asked of it. */
export class CountingClock implements Clock {
  turns = 0;
  private looks = 0;

  now(): number {
    return systemClock.now();
  }

  elapsed(): number {
    this.looks += 1;
    return this.looks;
  }

  after(ms: number, callback: () => void, options?: { readonly keepsAlive?: boolean }): () => void {
    return systemClock.after(ms, callback, options);
  }

  async yield(): Promise<void> {
    await nextTurn();
    this.turns += 1;
  }
}
