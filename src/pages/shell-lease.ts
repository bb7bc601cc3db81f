import type { Environment } from '../environment/environment.ts';

/** Shows one sign of life of an operator that is no process, such as a shell script: `seconds` from now on it is dead. */
export function holdLease(env: Environment, operator: string, seconds: number): void {
  env.leases.hold({ id: operator, lease: seconds, detached: true });
}

/** Ends the lease of an operator that is no process; that of a worker is its own. */
export function endLease(env: Environment, operator: string | undefined): void {
  const known = operator === undefined ? undefined : env.leases.look(operator).operator;
  if (known?.process !== 0) return;
  env.leases.hold({ id: known.id, lease: known.lease, detached: true }).end();
}
