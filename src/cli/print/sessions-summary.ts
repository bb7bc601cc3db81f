import { limits } from '../../core/base/limits.ts';
import { sessionStatuses } from '../../core/fold/session.ts';
import type { ThemeReading } from '../../index.ts';
import { liveSessions, type StuckCount } from '../../shapes/session-counts.ts';
import { formatCount, plural, printable } from '../../text/printable.ts';

const themesListed = 10;
/** How many sessions are stuck, by reason: `3 stuck (2 parked, 1 late)`. */
export function stuckText({ count, reasons: counts }: StuckCount): string {
  if (count === 0) return 'none stuck';
  const reasons = Object.entries(counts).map(([reason, count]) => `${countText(count)} ${reason}`);
  return `${countText(count)} stuck (${reasons.join(', ')})`;
}

function countText(count: number): string {
  return count < limits.stuckCountedMax ? formatCount(count) : `${formatCount(count)} or more`;
}

/** Lines of the status that tell of sessions; none where there never were any. */
export function sessionPairs(themes: readonly ThemeReading[], stuck: StuckCount): [string, string][] {
  if (themes.length === 0) return [];
  const next = stuck.count === 0 ? '' : '; next: txlog session stuck';
  const listed = themes.slice(0, themesListed).map(themeText);
  const more = themes.length > themesListed ? [`and ${themes.length - themesListed} more themes`] : [];
  return [
    ['sessions', `${plural(liveSessions(themes), 'session')}, ${stuckText(stuck)}${next}`],
    ...[...listed, ...more].map((text): [string, string] => ['', text]),
  ];
}

function themeText({ name, paused, counts }: ThemeReading): string {
  const parts = sessionStatuses
    .filter((status) => counts[status] > 0)
    .map((status) => `${formatCount(counts[status])} ${status}`);
  return `${printable(name)}: ${parts.length === 0 ? 'none' : parts.join(', ')}${paused ? ', paused' : ''}`;
}
