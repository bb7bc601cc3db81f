import type { OriginStatus } from '../../../index.ts';
import { type Column, drawRow, headOf } from '../../line/columns.ts';
import { type StyledLine, span } from '../../line/styled-line.ts';
import { ageOf, countOf } from '../../parts/row-parts.ts';

const columns: readonly Column[] = [
  { title: 'ORIGIN' },
  { title: 'MODE', width: 7 },
  { title: 'BEHIND', width: 8, align: 'right' },
  { title: 'IN TIME', width: 9, align: 'right' },
  { title: 'HEARD', width: 12, align: 'right' },
  { title: 'CURSOR', from: 100 },
];

/** The titles of the list. */
export function originsHead(total: number): StyledLine {
  return headOf(columns, total);
}

/** One origin. */
export function originLine(
  { origin, mode, lag, heard, cursor }: OriginStatus,
  time: number,
  total: number,
): StyledLine {
  const behind = span(countOf(lag.records), lag.records === 0 ? 'good' : 'warn');
  const cells = [span(origin, 'key'), mode, behind, ageOf(lag.seconds * 1_000), `${ageOf(time - heard)} ago`, cursor];
  return drawRow(columns, cells, total);
}
