import type { Row } from '../../ports/storage.ts';

/**
 * The ranges that are being read. LMDB keeps the snapshot of a range that is left half way, and with it all pages that
 * are freed later: whoever gave the snapshot ends what is still open.
 */
export class OpenRanges {
  private readonly open = new Set<Iterator<Row>>();
  private readonly check: () => void;

  /** `check` throws once the ranges may not be read any more: LMDB itself would end the process. */
  constructor(check: () => void = () => undefined) {
    this.check = check;
  }

  /** The same rows; the range counts as open from its first row to its end. */
  track(rows: Iterable<Row>): Iterable<Row> {
    return { [Symbol.iterator]: () => this.begin(rows) };
  }

  /** Ends all that were left half way. */
  end(): void {
    if (this.open.size === 0) return;
    for (const range of this.open) range.return?.();
    this.open.clear();
  }

  private begin(table: Iterable<Row>): Iterator<Row> {
    this.check();
    const rows = table[Symbol.iterator]();
    this.open.add(rows);
    return {
      next: () => {
        this.check();
        const next = rows.next();
        if (next.done) this.open.delete(rows);
        return next;
      },
      return: () => {
        // One that was ended before is not touched again: its environment may be closed.
        const isOpen = this.open.delete(rows);
        return (isOpen ? rows.return?.() : undefined) ?? { done: true, value: undefined };
      },
    };
  }
}
