import type { RangeOptions, Row, RowPut } from '../../ports/storage.ts';
import type { LaidRows } from './laid-rows.ts';

interface ChangedRow extends RowPut {
  /** Number of the entry that put it. */
  readonly sequence: number;
}

/** Rows of a table of which few change, and often: the newest of each key. */
export class ChangedRows implements LaidRows {
  private readonly rows: Map<string, ChangedRow>;

  constructor(rows: Map<string, ChangedRow> = new Map()) {
    this.rows = rows;
  }

  put({ table, key, value }: RowPut, sequence: number): void {
    this.rows.set(keyText(key), { table, key, value, append: false, sequence });
  }

  /** Forgets what no entry after `sequence` put. */
  forget(sequence: number): void {
    for (const [key, row] of this.rows) if (row.sequence <= sequence) this.rows.delete(key);
  }

  get isEmpty(): boolean {
    return this.rows.size === 0;
  }

  find(key: Uint8Array): RowPut | undefined {
    return this.rows.get(keyText(key));
  }

  *range(below: (options: RangeOptions) => Iterable<Row>, options: RangeOptions): Generator<Row> {
    const { limit = Number.POSITIVE_INFINITY, ...bounds } = options;
    let left = limit;
    for (const row of this.merged(below(bounds), bounds)) {
      if (left-- <= 0) return;
      yield row;
    }
  }

  countMore(below: (key: Uint8Array) => boolean): number {
    let more = 0;
    for (const { key, value } of this.rows.values()) more += Number(value !== undefined) - Number(below(key));
    return more;
  }

  frozen(): ChangedRows {
    return new ChangedRows(new Map(this.rows));
  }

  puts(): Iterable<RowPut> {
    return this.rows.values();
  }

  private *merged(below: Iterable<Row>, bounds: RangeOptions): Generator<Row> {
    const mine = this.within(bounds);
    let at = 0;
    const isBefore = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) * (bounds.reverse ? -1 : 1) < 0;
    for (const row of below) {
      for (; at < mine.length && isBefore((mine[at] as RowPut).key, row.key); at++) yield* shown(mine[at] as RowPut);
      if (!this.rows.has(keyText(row.key))) yield row;
    }
    for (; at < mine.length; at++) yield* shown(mine[at] as RowPut);
  }

  private within({ start, end, reverse }: RangeOptions): readonly RowPut[] {
    const mine = [...this.rows.values()].filter(
      ({ key }) => (!start || Buffer.compare(key, start) >= 0) && (!end || Buffer.compare(key, end) < 0),
    );
    mine.sort((a, b) => Buffer.compare(a.key, b.key));
    return reverse ? mine.reverse() : mine;
  }
}

function* shown({ key, value }: RowPut): Generator<Row> {
  if (value !== undefined) yield { key, value };
}

/** One character a byte. */
function keyText(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}
