import type { StateReading } from '../../../index.ts';
import { type Column, drawRow, headOf } from '../../line/columns.ts';
import { type StyledLine, span } from '../../line/styled-line.ts';

const columns: readonly Column[] = [
  { title: 'KEY' },
  { title: 'KIND', width: 9 },
  { title: 'VERSION', width: 7, align: 'right' },
  { title: 'POSITION', width: 10, align: 'right' },
  { title: 'OWNER', width: 16, from: 100 },
  { title: 'VALUE' },
];

/** The titles of the list. */
export function statesHead(total: number): StyledLine {
  return headOf(columns, total);
}

/** One key. */
export function stateLine({ key, kind, version, position, owner, value }: StateReading, total: number): StyledLine {
  const text = JSON.stringify(value ?? null).slice(0, 500);
  const cells = [span(key, 'key'), kind, String(version), String(position), owner?.id ?? '-', text];
  return drawRow(columns, cells, total);
}
