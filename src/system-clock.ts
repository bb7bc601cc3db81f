import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from './ports/clock.ts';

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
  yield: () => nextTurn(),
};
