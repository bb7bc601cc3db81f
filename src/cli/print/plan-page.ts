import type { CompensationPlan, PlannedItem } from '../../index.ts';
import type { Colors } from '../../text/colors.ts';
import { plural, printable } from '../../text/printable.ts';
import { formatTable } from '../../text/table.ts';
import { valueText } from './change-text.ts';

/** A plan of compensations for people: per transaction its keys before and after, and what would be decided otherwise. */
export function formatPlan(plan: CompensationPlan, colors: Colors): string {
  return [...plan.items.map((item) => formatItem(item, colors)), formatPlanTotals(plan, colors)].join('\n\n');
}

/** How many of a plan's transactions are to be undone, cannot be, and are already. */
export function countPlan({ items }: CompensationPlan): { compensate: number; refused: number; done: number } {
  const refused = items.filter((item) => item.refused).length;
  const done = items.filter((item) => item.done !== undefined).length;
  return { compensate: items.length - refused - done, refused, done };
}

/** How many of a plan's transactions can be undone, in one line. */
export function formatPlanTotals(plan: CompensationPlan, colors: Colors): string {
  const { compensate, refused, done } = countPlan(plan);
  const totals = [`${plural(compensate, 'transaction')} to compensate as of position ${plan.head}`];
  if (refused > 0) totals.push(colors.bad(`${refused} cannot be compensated`));
  if (done > 0) totals.push(`${done} compensated already`);
  return totals.join(', ');
}

function formatItem(item: PlannedItem, colors: Colors): string {
  const { id, position, type, refused, done, keys, flips, flipsTruncated } = item;
  const lines = [`${colors.strong(printable(id))}  position ${position}  ${printable(type)}`];
  if (done !== undefined) lines.push(`  compensated already, by position ${done}`);
  if (refused) lines.push(`  ${colors.bad(printable(refused.code))}: ${printable(refused.reason)}`);
  const rows = keys.map(({ key, before, after }) => [
    `  ${colors.key(printable(key))}`,
    `${valueText(before, 40)} → ${valueText(after, 40)}`,
  ]);
  if (rows.length > 0) lines.push(formatTable(rows));
  if (flips.length > 0) lines.push('  without it, these would have been decided otherwise:');
  for (const flip of flips) {
    const reason = printable(flip.reason);
    lines.push(`    ${printable(flip.id)} at ${flip.position}: ${flip.was} → ${colors.warn(flip.would)}: ${reason}`);
  }
  if (flipsTruncated) lines.push('    and perhaps more: not all later transactions were looked at');
  return lines.join('\n');
}
