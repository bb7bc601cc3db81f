import { widthOf } from '../../text/width.ts';
import { fitTo, type Span, type StyledLine, span } from './styled-line.ts';

/** A column of a table. One without a width takes what the others leave. */
export interface Column {
  readonly title: string;
  readonly width?: number;
  readonly align?: 'right';
  /** Left out where the screen is narrower than this. */
  readonly from?: number;
}

/** Columns that fit on a screen, each with its width. */
export function layOut(columns: readonly Column[], total: number): readonly (Column & { readonly columns: number })[] {
  const shown = columns.filter(({ from = 0 }) => total >= from);
  const fixed = shown.reduce((sum, { width = 0 }) => sum + width, 0) + (shown.length - 1) * 2;
  const open = shown.filter(({ width }) => width === undefined).length;
  const each = Math.max(8, Math.floor((total - fixed) / Math.max(1, open)));
  return shown.map((column) => ({ ...column, columns: column.width ?? each }));
}

/** The titles of a table. */
export function headOf(columns: readonly Column[], total: number): StyledLine {
  return drawRow(
    columns,
    columns.map(({ title }) => span(title, 'dim')),
    total,
  );
}

/** One row of a table: a cell for each column, also for those that are left out. */
export function drawRow(columns: readonly Column[], cells: readonly (Span | string)[], total: number): StyledLine {
  const shown = layOut(columns, total);
  const line: Span[] = [];
  for (const column of shown) {
    const cell = cells[columns.findIndex(({ title }) => title === column.title)] ?? '';
    const piece = typeof cell === 'string' ? span(cell) : cell;
    const pad = column.align === 'right' ? Math.max(0, column.columns - widthOf(piece.text)) : 0;
    if (line.length > 0) line.push(span('  '));
    line.push(...fitTo([...(pad > 0 ? [span(' '.repeat(pad))] : []), piece], column.columns));
  }
  return fitTo(line, total);
}
