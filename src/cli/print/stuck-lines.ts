import { type StuckSession, toTime } from '../../index.ts';
import type { Colors } from '../../text/colors.ts';
import { formatDuration } from '../../text/duration.ts';
import { printable, shorten } from '../../text/printable.ts';
import { shellQuote } from '../../text/shell-quote.ts';
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
  return [formatTable(rows), ...nextOf(stuck).map((command) => `next: ${printable(command)}`)].join('\n');
}

/** Commands that are shown for single sessions: more of them would hide the list. */
const commandsMax = 5;

/** One command for all parked sessions of a theme; for the others one each, as far as they differ. */
function nextOf(stuck: readonly StuckSession[]): readonly string[] {
  const commands = new Set<string>();
  for (const one of stuck) {
    const { themeName } = one.session;
    const isOfMany = (other: StuckSession) =>
      other !== one && other.session.themeName === themeName && isUnparked(other);
    const list = `txlog session list --theme ${shellQuote(themeName)} --status parked -q`;
    commands.add(isUnparked(one) && stuck.some(isOfMany) ? `${list} | txlog session unpark -` : one.next);
  }
  const all = [...commands];
  if (all.length <= commandsMax) return all;
  return [...all.slice(0, commandsMax), 'txlog session stuck --json (the command for each of them)'];
}

function isUnparked({ next }: StuckSession): boolean {
  return next.startsWith('txlog session unpark ');
}
