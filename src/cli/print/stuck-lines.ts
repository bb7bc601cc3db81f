import type { StuckSession } from '../../index.ts';
import type { ListLook } from '../../text/colors.ts';
import { formatDuration } from '../../text/duration.ts';
import { type Cell, FitTable, type Layout } from '../../text/fit-table.ts';
import { printable } from '../../text/printable.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { timeText } from '../../text/time.ts';

/** Columns of stuck sessions, where they are no lines for people. */
export const stuckColumns = ['session', 'theme', 'stuck.reason', 'stuck.ageMs', 'stuck.detail', 'next'];

const layout: Layout = {
  columns: [{}, {}, {}, {}, { cut: 'end' }],
  steps: [
    [4, 24],
    [0, 20],
    [1, 12],
    [1, 0],
    [4, 0],
  ],
};

/** Stuck sessions for people, one per line, and the command for each kind of them below. */
export function formatStuck(stuck: readonly StuckSession[], look: ListLook): string {
  const rows = stuck.map(({ session, reason, detail, age, nextTry }): Cell[] => [
    { text: printable(session.id), paint: look.key },
    printable(session.themeName),
    { text: reason, paint: look.bad },
    formatDuration(age),
    `${printable(detail)}${nextTry === undefined ? '' : `, next try ${timeText(nextTry)}`}`,
  ]);
  const table = new FitTable(layout, look.columns).format(rows);
  return [table, ...nextOf(stuck).map((command) => `next: ${printable(command)}`)].join('\n');
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
