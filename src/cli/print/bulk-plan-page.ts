import type { InterventionPlan, OperationPlan, PlannedTarget } from '../../index.ts';
import type { Colors } from '../../text/colors.ts';
import { formatCount, plural, printable } from '../../text/printable.ts';
import { formatTable } from '../../text/table.ts';

/** A plan for sessions or sagas, and what it says of them: `park`, `sessions`. */
export interface PlanWords {
  readonly plan: OperationPlan | InterventionPlan;
  readonly noun: 'session' | 'saga';
  readonly does: string;
  /** More words, behind the noun: ` to be compensated`. */
  readonly how?: string | undefined;
}

/** Formats a plan for people: up to `most` of its targets, how each stands and would stand, or why it is refused; and counts. */
export function formatBulkPlan(words: PlanWords, colors: Colors, most = Number.POSITIVE_INFINITY): string {
  const { items } = words.plan;
  const shown = items.slice(0, most);
  const rows = shown.map((item) => [
    `  ${colors.key(printable(item.id))}`,
    printable('theme' in item ? item.theme : item.type),
    effectOf(item, colors),
  ]);
  const left = items.length - shown.length;
  return [
    ...(rows.length === 0 ? [] : [formatTable(rows)]),
    ...(left === 0 ? [] : [`  … and ${formatCount(left)} more`]),
    formatBulkTotals(words, colors),
  ].join('\n');
}

function effectOf({ before = '', after = '', refused, unchanged }: PlannedTarget, colors: Colors): string {
  if (refused) return `${colors.bad(printable(refused.code))}: ${printable(refused.reason)}`;
  return unchanged ? `${printable(before)}, unchanged` : `${printable(before)} → ${printable(after)}`;
}

/** How many of a plan are to be done, how many cannot be, and how many stand so already. */
export function countBulkPlan({ items }: PlanWords['plan']): {
  readonly count: number;
  readonly refused: number;
  readonly unchanged: number;
} {
  const refused = items.filter((item) => item.refused).length;
  const unchanged = items.filter((item) => item.unchanged).length;
  return { count: items.length - refused - unchanged, refused, unchanged };
}

/** The same for people, in one line. */
export function formatBulkTotals({ plan, noun, does, how = '' }: PlanWords, colors: Colors): string {
  const { count, refused, unchanged } = countBulkPlan(plan);
  const parts = [`${plural(count, noun)} to ${does}${how} as of position ${plan.head}`];
  if (refused > 0) parts.push(colors.bad(`${formatCount(refused)} refused`));
  if (unchanged > 0) parts.push(`${formatCount(unchanged)} unchanged`);
  return parts.join(', ');
}
