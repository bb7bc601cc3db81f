import type { Difference, StatePair } from '../../shapes/state-diff.ts';
import type { Colors } from '../../text/colors.ts';
import { printable } from '../../text/printable.ts';
import { formatTable } from '../../text/table.ts';
import { valueText } from './change-text.ts';

/** The comparison for people. */
export function formatStateDiff(pair: StatePair, differences: readonly Difference[], colors: Colors): string {
  const { key, from, to } = pair;
  const title = `${colors.key(printable(key))}  position ${from.position} → ${to.position}`;
  if (differences.length === 0) return `${title}: the same`;
  const rows = differences.map(({ path, before, after }) => [
    `  ${printable(path)}`,
    colors.bad(valueText(before)),
    '→',
    colors.good(valueText(after)),
  ]);
  return `${title}\n${formatTable(rows)}`;
}
