import type { JsonObject } from '../core/base/json.ts';
import type { SagaCounts } from '../index.ts';

/** The same for scripts; nothing where there never were any. */
export function toSagasJson(counts: SagaCounts | undefined): JsonObject {
  if (!counts) return {};
  const { phases, stuck, more } = counts;
  return { sagas: { notEnded: totalOf(phases), more, phases: Object.fromEntries(phases), stuck } };
}

/** How many sagas have not ended. */
export function totalOf(phases: SagaCounts['phases']): number {
  return [...phases.values()].reduce((sum, count) => sum + count, 0);
}
