import type { JsonObject } from '../core/base/json.ts';
import { limits } from '../core/base/limits.ts';
import { sessionStatuses } from '../core/fold/session.ts';
import type { StuckSession, ThemeReading } from '../index.ts';

/** Sessions that are not removed. */
export function liveSessions(themes: readonly ThemeReading[]): number {
  return themes.reduce(
    (sum, { counts }) => sum + sessionStatuses.reduce((live, status) => live + counts[status], 0),
    0,
  );
}

/** How many sessions are stuck, and of which reasons. */
export interface StuckCount {
  readonly count: number;
  /** Whether there are more than were counted. */
  readonly more: boolean;
  readonly reasons: Readonly<Record<string, number>>;
}

/** Counts stuck sessions. */
export function countStuck(stuck: readonly StuckSession[]): StuckCount {
  return { count: stuck.length, more: stuck.length >= limits.stuckCountedMax, reasons: reasonsOf(stuck) };
}

/** The same for scripts. */
export function toSessionsJson(themes: readonly ThemeReading[], stuck: StuckCount): JsonObject {
  return {
    sessions: liveSessions(themes),
    themes: themes.map(({ name, number, paused, counts }) => ({
      ...{ theme: name, number, paused, created: counts.created, removed: counts.removed },
      ...Object.fromEntries(sessionStatuses.map((status) => [status, counts[status]])),
    })),
    stuck: { ...stuck },
  };
}

/** How many stuck sessions there are of each reason. */
export function reasonsOf(stuck: readonly StuckSession[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of stuck) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
