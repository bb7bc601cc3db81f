import { keysOf, type StoredRecord } from '../../core/log/record.ts';
import { toTime } from '../../index.ts';
import type { Colors } from '../../text/colors.ts';
import { printable, shorten } from '../../text/printable.ts';
import { cutTo, padTo, widthOf } from '../../text/width.ts';
import { engineTexts } from './engine-key.ts';

/** Widest that a column grows: type, id, outcome. */
const columnsMax = [28, 36, 32] as const;

/**
 * Records for people, one aligned line each: position, time, type, id, outcome, keys, and what happened to
 * sessions. Columns only grow, so that pages
 * printed one after the other stay aligned; a line is cut to `columns`, when these are known.
 */
export class RecordLines {
  private readonly colors: Colors;
  private readonly columns: number;
  private readonly widths = [4, 0, 0, 0];

  constructor(colors: Colors, columns: number | undefined) {
    this.colors = colors;
    this.columns = columns ?? Number.POSITIVE_INFINITY;
  }

  /** Lines of a page, without a newline at the end. */
  format(page: readonly StoredRecord[]): string {
    const rows = page.map((record) => ({ record, cells: cellsOf(record) }));
    for (const { cells } of rows) {
      cells.forEach((cell, i) => {
        this.widths[i] = Math.max(this.widths[i] ?? 0, widthOf(cell));
      });
    }
    return rows.map(({ record, cells }) => this.line(record, cells)).join('\n');
  }

  private line(record: StoredRecord, cells: readonly string[]): string {
    const { colors } = this;
    const [position = '', type = '', id = '', outcome = ''] = cells;
    const [widest = 0, ...widths] = this.widths;
    const padded = [type, id, outcome].map((cell, i) => padTo(cell, widths[i] ?? 0));
    const named = [[...keysOf(record)].map(printable).join(' '), ...engineTexts(record.changes)];
    const keys = named.filter((name) => name !== '').join(', ');
    const parts = [position.padStart(widest), toTime(record.time), ...padded, keys];
    const colours = [colors.strong, colors.dim, plain, colors.dim, outcomeColour(record, colors), colors.key];
    let left = this.columns;
    const line = parts.map((part, i) => {
      const cut = cutTo(part, left);
      left -= widthOf(cut) + 2;
      return (colours[i] ?? plain)(cut);
    });
    return line
      .filter((part) => part !== '')
      .join('  ')
      .trimEnd();
  }
}

/** Formats the outcome of a record in few words. */
export function outcomeOf({ outcome, rejection }: StoredRecord): string {
  return rejection ? `${outcome} ${printable(rejection.code)}` : outcome;
}

/** Green for what was committed, red for what was not. */
export function outcomeColour({ outcome }: StoredRecord, colors: Colors): (text: string) => string {
  return outcome === 'committed' ? colors.good : colors.bad;
}

function cellsOf(record: StoredRecord): string[] {
  const [types, ids, outcomes] = columnsMax;
  return [
    String(record.position),
    shorten(printable(record.type), types),
    shorten(printable(record.id), ids),
    cutTo(outcomeOf(record), outcomes),
  ];
}

function plain(text: string): string {
  return text;
}
