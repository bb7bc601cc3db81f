import type { Difference, StatePair } from '../../shapes/state-diff.ts';
import type { Paint } from '../text/paint.ts';
import { formatTable } from '../text/table.ts';
import { printable } from '../text/text.ts';
import { valueText } from './change-text.ts';

/** The comparison for people. */
export function formatStateDiff(pair: StatePair, differences: readonly Difference[], paint: Paint): string {
  const { key, from, to } = pair;
  const title = `${paint.key(printable(key))}  position ${from.position} → ${to.position}`;
  if (differences.length === 0) return `${title}: the same`;
  const rows = differences.map(({ path, before, after }) => [
    `  ${printable(path)}`,
    paint.bad(valueText(before)),
    '→',
    paint.good(valueText(after)),
  ]);
  return `${title}\n${formatTable(rows)}`;
}
