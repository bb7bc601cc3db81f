import type { RangeOptions, Row, RowPut } from '../../ports/storage.ts';

/** Rows of one table that lie over those of the storage below. */
export interface LaidRows {
  /** The row that was put last under a key. */
  find(key: Uint8Array): RowPut | undefined;
  /** The rows below and these, in order. */
  range(below: (options: RangeOptions) => Iterable<Row>, options: RangeOptions): Iterable<Row>;
  /** How many rows more there are than below. */
  countMore(below: (key: Uint8Array) => boolean): number;
  /** As it is now, whatever is put later. */
  frozen(): LaidRows;
  puts(): Iterable<RowPut>;
}
