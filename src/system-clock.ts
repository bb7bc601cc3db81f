import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from './ports/clock.ts';

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // Since the machine started, and thus the same in all its processes: leases are compared by it.
  elapsed: () => Number(process.hrtime.bigint()) / 1e6,
  after(ms, callback, { keepsAlive = false } = {}) {
    const timer = setTimeout(callback, ms);
    if (!keepsAlive) timer.unref();
    return () => clearTimeout(timer);
  },
  yield: () => nextTurn(),
};
