import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';

/** A timer of the system that is to wait for longer, about 25 days, fires at once. */
const timerMsMax = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // Since the machine started, and thus the same in all its processes: leases are compared by it.
  elapsed: () => Number(process.hrtime.bigint()) / 1e6,
  after(ms, callback, { keepsAlive = false } = {}) {
    let cancel = () => {};
    const goOn = () => {
      cancel = systemClock.after(ms - timerMsMax, callback, { keepsAlive });
    };
    const timer = ms > timerMsMax ? setTimeout(goOn, timerMsMax) : setTimeout(callback, ms);
    if (!keepsAlive) timer.unref();
    return () => {
      clearTimeout(timer);
      cancel();
    };
  },
  yield: () => nextTurn(),
};
