import { type StuckSession, toTime } from '../../index.ts';
import type { Colors } from '../../text/colors.ts';
import { formatDuration } from '../../text/duration.ts';
import { printable, shorten } from '../../text/printable.ts';
import { formatTable } from '../../text/table.ts';

/** Stuck sessions for people, one per line, and the command for each kind of them below. */
export function formatStuck(stuck: readonly StuckSession[], colors: Colors): string {
  const rows = stuck.map(({ session, reason, detail, age, nextTry }) => [
    colors.key(shorten(printable(session.id), 48)),
    shorten(printable(session.themeName), 28),
    colors.bad(reason),
    formatDuration(age),
    `${shorten(printable(detail), 80)}${nextTry === undefined ? '' : `, next try ${toTime(nextTry)}`}`,
  ]);
  const commands = new Map(stuck.map((one) => [`${one.reason} ${one.session.themeName}`, printable(one.next)]));
  return [formatTable(rows), ...[...commands.values()].map((command) => `next: ${command}`)].join('\n');
}
