import { readFileSync, readlinkSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';

/** A timer of the system that is to wait for longer, about 25 days, fires at once. */
const timerMsMax = 2 ** 31 - 1;

let boot: string | undefined;

/** This start of the machine, and the name space of its clock: a container may have one of its own. */
function readBoot(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()} ${readlinkSync('/proc/self/ns/time')}`;
  } catch (error) {
    // A system without /proc, or an older kernel, does not tell.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return '';
  }
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // Since the machine started, and thus the same in all its processes: leases are compared by it.
  elapsed: () => Number(process.hrtime.bigint()) / 1e6,
  cpu() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
  get boot() {
    boot ??= readBoot();
    return boot === '' ? undefined : boot;
  },
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
