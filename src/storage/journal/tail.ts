import { type RangeOptions, type RowPut, type Snapshot, type TableName, tailTables } from '../../ports/storage.ts';
import { AddedRows } from './added-rows.ts';
import { ChangedRows } from './changed-rows.ts';
import type { LaidRows } from './laid-rows.ts';

/** The rows of the entries that the tables do not hold yet, laid over them: what was put last counts. */
export class Tail {
  private added = new AddedRows();
  private readonly changed = new Map<TableName, ChangedRows>();

  /** Whether a row may be in a tail: of the log, what comes at its end; of the others, where few rows change often. */
  static takes({ table, append }: RowPut): boolean {
    return table === 'log' ? append : small.has(table);
  }

  /** Takes in the rows of an entry. `sequence`: its number. */
  add(puts: readonly RowPut[], sequence: number): void {
    for (const put of puts) {
      if (put.table === 'log') this.added.add(put, sequence);
      else this.rowsOf(put.table).put(put, sequence);
    }
  }

  /** Forgets the rows that the tables hold now: those that no entry after `sequence` put. */
  forget(sequence: number): void {
    this.added = this.added.after(sequence);
    for (const [table, rows] of this.changed) {
      rows.forget(sequence);
      if (rows.isEmpty) this.changed.delete(table);
    }
  }

  /** All rows, such that to write them in this order leaves what the tail shows. */
  *puts(): Generator<RowPut> {
    yield* this.added.puts();
    for (const rows of this.changed.values()) yield* rows.puts();
  }

  /** The rows of a table; undefined when it has none. */
  rowsIn(table: TableName): LaidRows | undefined {
    return table === 'log' ? this.added : this.changed.get(table);
  }

  /** The rows as they are now, laid over `base`, whatever comes to the tail. */
  frozenOver(base: Snapshot): Snapshot {
    const added = this.added.frozen();
    const changed = new Map([...this.changed].map(([table, rows]) => [table, rows.frozen()]));
    return laidOver(base, (table) => (table === 'log' ? added : changed.get(table)));
  }

  private rowsOf(table: TableName): ChangedRows {
    const rows = this.changed.get(table) ?? new ChangedRows();
    this.changed.set(table, rows);
    return rows;
  }
}

const small: ReadonlySet<TableName> = new Set(tailTables);

/** The rows that `rowsOf` gives at the time of each look, laid over `base`. */
export function laidOver(base: Snapshot, rowsOf: (table: TableName) => LaidRows | undefined): Snapshot {
  return {
    get(table, key) {
      const put = rowsOf(table)?.find(key);
      return put ? put.value : base.get(table, key);
    },
    range(table, options = {}) {
      const below = (bounds: RangeOptions) => base.range(table, bounds);
      return rowsOf(table)?.range(below, options) ?? below(options);
    },
    count(table) {
      const more = rowsOf(table)?.countMore((key) => base.get(table, key) !== undefined) ?? 0;
      return base.count(table) + more;
    },
  };
}
