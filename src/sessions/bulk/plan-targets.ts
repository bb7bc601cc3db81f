import { type Rejection, reject } from '../../core/fold/rejection.ts';
import type { PlanTarget } from './bulk-plan.ts';

/** A target, once. */
export interface DistinctTarget {
  readonly id: string;
  readonly position?: number;
}

/** The targets of a plan, each once, as it was named first. */
export function distinctTargets(targets: readonly PlanTarget[]): readonly DistinctTarget[] {
  const byId = new Map<string, DistinctTarget>();
  for (const target of targets) {
    const one = typeof target === 'string' ? { id: target } : target;
    if (!byId.has(one.id)) byId.set(one.id, one);
  }
  return [...byId.values()];
}

/** Why a target is left alone that went on since it was selected: what selected it may not hold any more. */
export function findMoved(
  noun: 'session' | 'saga',
  { id, position }: DistinctTarget,
  now: number,
): Rejection | undefined {
  if (position === undefined || position === now) return undefined;
  return reject('SESSION_CHANGED', `${noun} ${id} went on from position ${position} to ${now} since it was selected`);
}
