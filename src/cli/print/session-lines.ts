import type { SessionReading } from '../../index.ts';
import type { Colors, ListLook } from '../../text/colors.ts';
import { formatDuration } from '../../text/duration.ts';
import { FitTable, type Layout } from '../../text/fit-table.ts';
import { printable } from '../../text/printable.ts';
import { timeText } from '../../text/time.ts';

/** Columns of sessions, where they are no lines for people. */
export const sessionColumns = ['session', 'theme', 'status', 'since', 'due', 'attempts', 'order', 'operator', 'error'];

const layout: Layout = {
  columns: [{}, {}, {}, {}, { cut: 'end' }],
  steps: [
    [4, 24],
    [0, 20],
    [1, 12],
    [1, 0],
    [4, 0],
    [3, 0],
  ],
};

/** Sessions for people, one per line, aligned. `now` is in ms since 1970. */
export function formatSessions(sessions: readonly SessionReading[], now: number, look: ListLook): string {
  return new FitTable(layout, look.columns).format(
    sessions.map((session) => [
      { text: printable(session.id), paint: look.key },
      printable(session.themeName),
      { text: session.status, paint: statusColour(session, look) },
      formatDuration(now - session.since),
      detailOf(session, now),
    ]),
  );
}

/** Formats the details for a person: until when, who, why. */
function detailOf({ status, due, epoch, attempts, operator, order, error }: SessionReading, now: number): string {
  const parts = [
    status === 'active' ? `epoch ${epoch}, ${printable(operator ?? '')}` : '',
    status === 'stored' ? `${due <= now ? 'due since' : 'until'} ${timeText(due)}` : '',
    attempts > 1 ? `${attempts} attempts` : '',
    order === undefined ? '' : `order ${printable(order)}`,
    error === undefined ? '' : printable(error),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function statusColour({ status }: SessionReading, colors: Colors): (text: string) => string {
  if (status === 'parked') return colors.bad;
  if (status === 'active') return colors.good;
  return status === 'ready' ? colors.strong : colors.dim;
}
