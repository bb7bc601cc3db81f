import { type SagaPhase, sagaOfTheme } from '../core/app/saga.ts';
import { limits } from '../core/base/limits.ts';
import { listSagas } from '../sagas/read/list-sagas.ts';
import type { SessionHost } from '../sessions/host/session-host.ts';
import type { ThemeReading } from '../sessions/read/read-session.ts';
import type { StuckSession } from '../sessions/worker/find-stuck.ts';

/** The sagas that have not ended, by phase, and how many of them are stuck. */
export interface SagaCounts {
  readonly phases: ReadonlyMap<SagaPhase, number>;
  readonly stuck: number;
  /** Whether there are more than were counted. */
  readonly more: boolean;
}

/** Counts sagas; undefined where there never were any. */
export async function countSagas(
  host: SessionHost,
  themes: readonly Pick<ThemeReading, 'name'>[],
  stuck: readonly StuckSession[],
): Promise<SagaCounts | undefined> {
  if (!themes.some(({ name }) => sagaOfTheme(name) !== undefined)) return undefined;
  const phases = new Map<SagaPhase, number>();
  let count = 0;
  for await (const { phase } of listSagas(host, { incomplete: true, limit: limits.sagasCountedMax + 1 })) {
    count += 1;
    if (count <= limits.sagasCountedMax) phases.set(phase, (phases.get(phase) ?? 0) + 1);
  }
  const stuckSagas = stuck.filter(({ session }) => sagaOfTheme(session.themeName) !== undefined);
  return { phases, stuck: stuckSagas.length, more: count > limits.sagasCountedMax };
}
