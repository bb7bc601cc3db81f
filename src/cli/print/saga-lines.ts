import { toTime } from '../../index.ts';
import type { ListedSaga } from '../../pages/sagas.ts';
import type { Colors } from '../../text/colors.ts';
import { formatDuration } from '../../text/duration.ts';
import { printable, shorten } from '../../text/printable.ts';
import { formatTable } from '../../text/table.ts';
import { phaseText } from './saga-text.ts';

/** Sagas for people, one per line, aligned; below one that is stuck the command to run. `now` is in ms since 1970. */
export function formatSagas(sagas: readonly ListedSaga[], now: number, colors: Colors): string {
  const rows = sagas.map((saga) => [
    colors.key(shorten(printable(saga.id), 48)),
    shorten(printable(saga.type), 28),
    phaseText(saga.phase, colors),
    formatDuration(now - saga.createdAt),
    detailOf(saga, now),
  ]);
  // A cell never holds a line break: data are printed escaped.
  const lines = rows.length === 0 ? [] : formatTable(rows).split('\n');
  return lines.flatMap((line, i) => [line, ...nextOf(sagas[i])]).join('\n');
}

function nextOf(saga: ListedSaga | undefined): string[] {
  return saga?.next === undefined ? [] : [`  next: ${printable(saga.next)}`];
}

function detailOf({ status, at, error, stuck }: ListedSaga, now: number): string {
  const parts = [
    status === 'stored' && at > now ? `until ${toTime(at)}` : '',
    status === undefined ? `ended ${toTime(at)}` : '',
    stuck && stuck.reason !== 'parked' ? stuck.reason : '',
    status === 'parked' || status === 'behind' ? status : '',
    stuckText(stuck?.detail, error),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function stuckText(detail: string | undefined, error: string | undefined): string {
  const text = detail ?? error;
  return text === undefined ? '' : shorten(printable(text), 80);
}
