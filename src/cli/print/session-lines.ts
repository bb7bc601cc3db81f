import { type SessionReading, toTime } from '../../index.ts';
import type { Colors } from '../../text/colors.ts';
import { formatDuration } from '../../text/duration.ts';
import { printable, shorten } from '../../text/printable.ts';
import { formatTable } from '../../text/table.ts';

/** Sessions for people, one per line, aligned. `now` is in ms since 1970. */
export function formatSessions(sessions: readonly SessionReading[], now: number, colors: Colors): string {
  return formatTable(
    sessions.map((session) => [
      colors.key(shorten(printable(session.id), 48)),
      shorten(printable(session.themeName), 28),
      statusColour(session, colors)(session.status),
      formatDuration(now - session.since),
      detailOf(session, now),
    ]),
  );
}

/** Formats the details for a person: until when, who, why. */
function detailOf({ status, due, epoch, attempts, operator, order, error }: SessionReading, now: number): string {
  const parts = [
    status === 'active' ? `epoch ${epoch}, ${shorten(printable(operator ?? ''), 44)}` : '',
    status === 'stored' ? `${due <= now ? 'due since' : 'until'} ${toTime(due)}` : '',
    attempts > 1 ? `${attempts} attempts` : '',
    order === undefined ? '' : `order ${shorten(printable(order), 28)}`,
    error === undefined ? '' : shorten(printable(error), 60),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function statusColour({ status }: SessionReading, colors: Colors): (text: string) => string {
  if (status === 'parked') return colors.bad;
  if (status === 'active') return colors.good;
  return status === 'ready' ? colors.strong : colors.dim;
}
