import type { Operator, OperatorState } from '../ports/leases.ts';

/** A sign of life as it is kept: times by the clock that all processes share, in ms. */
export interface LeaseRecord {
  readonly operator: Operator;
  readonly until: number;
}

/** Tells the state of a lease at a moment. A process that is known to have ended is dead before its lease runs out. */
export function leaseStateOf(
  { operator, until }: LeaseRecord,
  at: { readonly elapsed: number; readonly now: number },
  isDead: boolean,
): OperatorState {
  const rest = until - at.elapsed;
  const known = { operator, until: at.now + rest };
  if (isDead) return { alive: false, why: 'dead', ...known };
  // No lease lasts longer than its length: one that seems to was given by the clock of another start of the machine.
  if (rest <= 0 || rest > operator.lease * 1000) return { alive: false, why: 'late', ...known };
  return { alive: true, ...known };
}
