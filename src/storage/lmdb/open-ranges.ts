import type { Row } from '../../ports/storage.ts';

/**
 * The ranges that are being read. LMDB keeps the snapshot of a range that is left half way, and with it all pages that
 * are freed later: whoever gave the snapshot ends what is still open.
 */
export class OpenRanges {
  private readonly open = new Set<Iterator<Row>>();

  /** The same rows; the range counts as open from its first row to its end. */
  track(rows: Iterable<Row>): Iterable<Row> {
    return { [Symbol.iterator]: () => this.begin(rows[Symbol.iterator]()) };
  }

  /** Ends all that were left half way. */
  end(): void {
    if (this.open.size === 0) return;
    for (const range of this.open) range.return?.();
    this.open.clear();
  }

  private begin(rows: Iterator<Row>): Iterator<Row> {
    this.open.add(rows);
    return {
      next: () => {
        const next = rows.next();
        if (next.done) this.open.delete(rows);
        return next;
      },
      return: () => {
        this.open.delete(rows);
        return rows.return?.() ?? { done: true, value: undefined };
      },
    };
  }
}
