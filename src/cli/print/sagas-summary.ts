import { sagaPhases } from '../../core/app/saga.ts';
import type { SagaCounts } from '../../index.ts';
import { totalOf } from '../../shapes/saga-counts.ts';
import { formatCount, plural } from '../../text/printable.ts';

/** Command that tells which sagas are stuck. */
export const stuckSagasCommand = 'txlog saga stuck';

/** How many sagas are open, which is not ended, by phase, and how many are stuck: `3 open sagas (2 running, 1 failed), 1 stuck`. */
export function sagasText({ phases, stuck, more }: SagaCounts): string {
  const parts = sagaPhases.flatMap((phase) => {
    const count = phases.get(phase) ?? 0;
    return count === 0 ? [] : [`${formatCount(count)} ${phase}`];
  });
  const count = totalOf(phases);
  const total = more ? `${formatCount(count)} or more open sagas` : plural(count, 'open saga');
  const listed = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  return `${total}${listed}, ${stuck === 0 ? 'none' : formatCount(stuck)} stuck`;
}

/** The line of the status that tells of sagas. */
export function sagaPairs(counts: SagaCounts | undefined): [string, string][] {
  if (!counts) return [];
  return [['sagas', `${sagasText(counts)}${counts.stuck === 0 ? '' : `; next: ${stuckSagasCommand}`}`]];
}
