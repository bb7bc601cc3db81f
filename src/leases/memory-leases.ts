import { given } from '../core/base/given.ts';
import type { Clock } from '../ports/clock.ts';
import type { Lease, Leases, NewOperator, Operator } from '../ports/leases.ts';
import { type LeaseRecord, leaseStateOf } from './lease-state.ts';

/** Leases of an environment that lives in this process only. */
export function memoryLeases(clock: Clock): Leases {
  const signs = new Map<string, LeaseRecord>();
  const stateNow = (sign: LeaseRecord) => leaseStateOf(sign, { elapsed: clock.elapsed(), now: clock.now() }, false);
  const lasting = (operator: Operator): LeaseRecord => ({ operator, until: clock.elapsed() + operator.lease * 1000 });
  return {
    hold({ id, lease, themes = [], types }: NewOperator): Lease {
      const operator: Operator = {
        id,
        lease,
        themes,
        host: 'memory',
        process: 0,
        started: clock.now(),
        ...given({ types }),
      };
      let own = lasting(operator);
      signs.set(id, own);
      return {
        operator,
        renew() {
          if (signs.get(id) !== own || !stateNow(own).alive) return false;
          own = lasting(operator);
          signs.set(id, own);
          return true;
        },
        end() {
          if (signs.get(id) === own) signs.delete(id);
        },
      };
    },
    look(id) {
      const sign = signs.get(id);
      return sign ? stateNow(sign) : { alive: false, why: 'gone' };
    },
    all: () => [...signs.values()].map(stateNow),
    forget(id) {
      const sign = signs.get(id);
      if (sign && !stateNow(sign).alive) signs.delete(id);
    },
  };
}
