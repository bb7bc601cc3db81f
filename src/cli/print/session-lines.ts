import { type SessionReading, toTime } from '../../index.ts';
import { formatDuration } from '../text/duration.ts';
import type { Paint } from '../text/paint.ts';
import { formatTable } from '../text/table.ts';
import { printable, shorten } from '../text/text.ts';

/** Sessions for people, one per line, aligned. `now` is in ms since 1970. */
export function formatSessions(sessions: readonly SessionReading[], now: number, paint: Paint): string {
  return formatTable(
    sessions.map((session) => [
      paint.key(shorten(printable(session.id), 48)),
      shorten(printable(session.themeName), 28),
      statusColour(session, paint)(session.status),
      formatDuration(now - session.since),
      detailOf(session, now),
    ]),
  );
}

/** What a person wants to know besides: until when, who, why. */
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

function statusColour({ status }: SessionReading, paint: Paint): (text: string) => string {
  if (status === 'parked') return paint.bad;
  if (status === 'active') return paint.good;
  return status === 'ready' ? paint.strong : paint.dim;
}
