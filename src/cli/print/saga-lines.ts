import type { ListedSaga } from '../../pages/sagas.ts';
import type { ListLook } from '../../text/colors.ts';
import { formatDuration } from '../../text/duration.ts';
import { type Cell, FitTable, type Layout } from '../../text/fit-table.ts';
import { printable } from '../../text/printable.ts';
import { timeText } from '../../text/time.ts';
import { phaseColour } from './saga-text.ts';

/** Columns of sagas, where they are no lines for people. */
export const sagaColumns = ['saga', 'type', 'phase', 'createdAt', 'status', 'due', 'endedAt', 'stuck.reason', 'error'];

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

/** Sagas for people, one per line, aligned; below one that is stuck the command to run. `now` is in ms since 1970. */
export function formatSagas(sagas: readonly ListedSaga[], now: number, look: ListLook): string {
  const rows = sagas.map((saga): Cell[] => [
    { text: printable(saga.id), paint: look.key },
    printable(saga.type),
    { text: saga.phase, paint: phaseColour(saga.phase, look) },
    formatDuration(now - saga.createdAt),
    detailOf(saga, now),
  ]);
  // A cell never holds a line break: data are printed escaped.
  const lines = rows.length === 0 ? [] : new FitTable(layout, look.columns).format(rows).split('\n');
  return lines.flatMap((line, i) => [line, ...nextOf(sagas[i])]).join('\n');
}

function nextOf(saga: ListedSaga | undefined): string[] {
  return saga?.next === undefined ? [] : [`  next: ${printable(saga.next)}`];
}

function detailOf({ status, at, error, stuck }: ListedSaga, now: number): string {
  const parts = [
    status === 'stored' && at > now ? `until ${timeText(at)}` : '',
    status === undefined ? `ended ${timeText(at)}` : '',
    stuck && stuck.reason !== 'parked' ? stuck.reason : '',
    status === 'parked' || status === 'behind' ? status : '',
    stuckText(stuck?.detail, error),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function stuckText(detail: string | undefined, error: string | undefined): string {
  const text = detail ?? error;
  return text === undefined ? '' : printable(text);
}
