import type { SessionReading } from '../../../index.ts';
import { type Column, drawRow, headOf } from '../../line/columns.ts';
import { type StyledLine, span, type Tone } from '../../line/styled-line.ts';
import { ageOf, clockOf } from '../../parts/row-parts.ts';

const columns: readonly Column[] = [
  { title: 'SESSION' },
  { title: 'STATUS', width: 8 },
  { title: 'SINCE', width: 8, align: 'right' },
  { title: 'DUE', width: 9 },
  { title: 'TRIES', width: 5, align: 'right' },
  { title: 'ORDER', width: 14 },
  { title: 'OPERATOR', width: 16, from: 100 },
  { title: 'ERROR', from: 110 },
];

/** The titles of the list. */
export function sessionsHead(total: number): StyledLine {
  return headOf(columns, total);
}

const tones: Readonly<Record<SessionReading['status'], Tone>> = {
  ...{ ready: 'plain', behind: 'dim', active: 'good', stored: 'dim', parked: 'bad' },
};

/** One session of a queue. */
export function sessionLine(session: SessionReading, time: number, total: number): StyledLine {
  const { id, status, since, due, attempts, order, operator, error } = session;
  return drawRow(
    columns,
    [
      span(id, 'key'),
      span(status, tones[status]),
      ageOf(time - since),
      clockOf(due),
      String(attempts),
      order ?? '-',
      operator ?? '-',
      span(error ?? '', 'bad'),
    ],
    total,
  );
}
