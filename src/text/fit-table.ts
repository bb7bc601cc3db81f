import { cutMiddle, cutTo, widthOf } from './width.ts';

/** A cell of a table: a text, or one with its colour. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

/** How one column gives way when the terminal is narrow. */
export interface FitColumn {
  /** Numbers stand at the right. */
  readonly align?: 'right';
  /** A name is cut in its middle, so that both ends can be told; a text loses its end. */
  readonly cut?: 'end';
}

/** The layout of a table. */
export interface Layout {
  readonly columns: readonly FitColumn[];
  /** Which column gives way first, and to how many columns of the terminal; 0 leaves it out. */
  readonly steps: readonly (readonly [column: number, least: number])[];
}

const gap = 2;
/** Where nothing is cut, cells up to this width are aligned; a longer one moves the rest of its own line. */
const alignedMax = 48;

/**
 * Rows in aligned columns, two spaces apart. On a terminal of `width` they are made to fit: columns give way in the
 * order of the layout's steps, and at last the end of the line. Without a width nothing is ever cut. Columns only
 * grow, so that pages printed one after the other stay aligned.
 */
export class FitTable {
  private readonly layout: Layout;
  private readonly width: number | undefined;
  private readonly natural: number[];

  constructor(layout: Layout, width: number | undefined) {
    this.layout = layout;
    this.width = width;
    this.natural = layout.columns.map(() => 0);
  }

  /** Lines of a page, without a newline at the end. */
  format(rows: readonly (readonly Cell[])[]): string {
    for (const row of rows) {
      row.forEach((cell, i) => {
        this.natural[i] = Math.max(this.natural[i] ?? 0, widthOf(textOf(cell)));
      });
    }
    const widths = this.fitted();
    return rows.map((row) => this.line(row, widths)).join('\n');
  }

  private fitted(): readonly number[] {
    const { natural, width } = this;
    if (width === undefined) return natural.map((one) => Math.min(one, alignedMax));
    const widths = [...natural];
    for (const [column, least] of this.layout.steps) {
      const over = totalOf(widths) - width;
      if (over <= 0) break;
      widths[column] = Math.max(Math.min(least, widths[column] ?? 0), (widths[column] ?? 0) - over);
    }
    return widths;
  }

  private line(row: readonly Cell[], widths: readonly number[]): string {
    let left = this.width ?? Number.POSITIVE_INFINITY;
    const parts = row.flatMap((cell, i) => {
      const room = widths[i] ?? 0;
      // A column that is left out, or in which no row has anything.
      if (room === 0 || left <= 0) return [];
      const text = this.cut(textOf(cell), i, Math.min(room, left));
      const spaces = ' '.repeat(Math.max(0, Math.min(room, left) - widthOf(text)));
      left -= room + gap;
      const painted = typeof cell === 'string' ? text : cell.paint(text);
      return [this.layout.columns[i]?.align === 'right' ? spaces + painted : painted + spaces];
    });
    return parts.join(' '.repeat(gap)).trimEnd();
  }

  private cut(text: string, column: number, room: number): string {
    if (this.width === undefined) return text;
    return this.layout.columns[column]?.cut === 'end' ? cutTo(text, room) : cutMiddle(text, room);
  }
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function totalOf(widths: readonly number[]): number {
  const shown = widths.filter((width) => width > 0);
  return shown.reduce((sum, width) => sum + width + gap, -gap);
}
