import { keysOf, type StoredRecord } from '../../core/log/record.ts';
import { toRecordJson } from '../../index.ts';
import type { Colors, ListLook } from '../../text/colors.ts';
import { type Cell, FitTable, type Layout } from '../../text/fit-table.ts';
import { printable } from '../../text/printable.ts';
import type { ListFormat } from '../output/list-writer.ts';
import { columnTime } from './column-time.ts';
import { engineTexts } from './engine-key.ts';

/** Columns of records, where they are no lines for people. */
const recordColumns = ['position', 'time', 'type', 'id', 'outcome', 'rejection.code', 'actor', 'changes.key'];

const layout: Layout = {
  columns: [{ align: 'right' }, {}, {}, {}, { cut: 'end' }, { cut: 'end' }],
  // The log is read for outcomes and keys.
  steps: [
    [3, 13],
    [2, 14],
    [5, 24],
    [4, 20],
    [5, 16],
    [3, 0],
    [2, 0],
    [4, 9],
  ],
};

const positionColumns = 4;

/**
 * Records for people, one aligned line each: position, time, type, id, outcome, keys, and what happened to sessions. On
 * a terminal times are short, and lines are cut to its width: ids in their middle first, outcome and keys last.
 */
export class RecordLines {
  private readonly look: ListLook;
  private readonly table: FitTable;

  constructor(look: ListLook) {
    this.look = look;
    this.table = new FitTable(layout, look.columns);
  }

  /** Lines of a page, without a newline at the end. */
  format(page: readonly StoredRecord[]): string {
    return this.table.format(page.map((record) => cellsOf(record, this.look)));
  }
}

/** How records are printed. */
export function recordFormat(lines: RecordLines): ListFormat<StoredRecord> {
  return { json: toRecordJson, people: (page) => lines.format(page), columns: recordColumns, pageItems: 100 };
}

/** Formats the outcome of a record in few words. */
export function outcomeOf({ outcome, rejection }: StoredRecord): string {
  return rejection ? `${outcome} ${printable(rejection.code)}` : outcome;
}

/** Green for what was committed, red for what was not. */
export function outcomeColour({ outcome }: StoredRecord, colors: Colors): (text: string) => string {
  return outcome === 'committed' ? colors.good : colors.bad;
}

function cellsOf(record: StoredRecord, look: ListLook): Cell[] {
  const named = [[...keysOf(record)].map(printable).join(' '), ...engineTexts(record.changes)];
  return [
    { text: String(record.position).padStart(positionColumns), paint: look.strong },
    { text: columnTime(record.time, look), paint: look.dim },
    printable(record.type),
    { text: printable(record.id), paint: look.dim },
    { text: outcomeOf(record), paint: outcomeColour(record, look) },
    { text: named.filter((name) => name !== '').join(', '), paint: look.key },
  ];
}
