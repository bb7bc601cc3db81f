import { assert } from '../../core/base/assert.ts';
import type { RangeOptions, Row, RowPut } from '../../ports/storage.ts';
import type { LaidRows } from './laid-rows.ts';

interface AddedRow extends RowPut, Row {
  readonly value: Uint8Array;
  /** Number of the entry that added it. */
  readonly sequence: number;
}

/** Rows that were added at the end of a table: each key is greater than all before it, also than those below. */
export class AddedRows implements LaidRows {
  private readonly rows: AddedRow[];
  /** How many of them count. */
  private length: number;

  constructor(rows: AddedRow[] = [], length = rows.length) {
    this.rows = rows;
    this.length = length;
  }

  add({ table, key, value, append }: RowPut, sequence: number): void {
    const last = this.rows[this.length - 1];
    assert(value !== undefined && append, 'the log is only appended to');
    assert(last === undefined || Buffer.compare(last.key, key) < 0, 'the log grows at its end');
    this.rows.push({ table, key, value, append, sequence });
    this.length += 1;
  }

  /** Those that entries after `sequence` added. These stay as they are, for who holds on to them. */
  after(sequence: number): AddedRows {
    const first = this.rows.findIndex((row) => row.sequence > sequence);
    return new AddedRows(first < 0 ? [] : this.rows.slice(first, this.length));
  }

  find(key: Uint8Array): RowPut | undefined {
    const row = this.rows[this.firstAt(key)];
    return row && this.firstAt(key) < this.length && Buffer.compare(row.key, key) === 0 ? row : undefined;
  }

  *range(below: (options: RangeOptions) => Iterable<Row>, options: RangeOptions): Generator<Row> {
    const { start, end, reverse = false, limit = Number.POSITIVE_INFINITY } = options;
    const [from, to] = [start ? this.firstAt(start) : 0, end ? this.firstAt(end) : this.length];
    // A range that starts at a row of these has none below, and a cursor there costs time.
    const first = this.rows[0];
    const isAbove = start !== undefined && first !== undefined && Buffer.compare(start, first.key) >= 0;
    let left = limit;
    if (reverse) for (let i = to - 1; i >= from && left > 0; i--, left--) yield this.rows[i] as Row;
    if (!isAbove && left > 0) {
      for (const row of below({ ...options, ...(left < Number.POSITIVE_INFINITY && { limit: left }) })) {
        left -= 1;
        yield row;
      }
    }
    if (!reverse) for (let i = from; i < to && left > 0; i++, left--) yield this.rows[i] as Row;
  }

  countMore(): number {
    return this.length;
  }

  frozen(): AddedRows {
    return new AddedRows(this.rows, this.length);
  }

  puts(): readonly RowPut[] {
    return this.rows.slice(0, this.length);
  }

  /** Index of the first row whose key is not before `key`. */
  private firstAt(key: Uint8Array): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Buffer.compare((this.rows[middle] as Row).key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
