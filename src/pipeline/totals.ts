import type { Outcome } from '../core/record.ts';
import type { State } from '../core/state.ts';
import type { Counts } from '../layout/meta.ts';

/** Running totals, counted on from those of a head. */
export class Totals {
  private readonly counts: { -readonly [name in keyof Counts]: Counts[name] };

  constructor(counts: Counts) {
    this.counts = { ...counts };
  }

  /** The totals so far. */
  get now(): Counts {
    return { ...this.counts };
  }

  /** Counts a record, and its bytes once they are known. */
  addRecord(outcome: Outcome, bytes = 0): void {
    this.counts[outcome] += 1;
    this.counts.logBytes += bytes;
  }

  /** Counts what a record did to one key. */
  addState(before: State | undefined, after: State): void {
    if (!before) this.counts.keys += 1;
    this.counts[after.kind] += Number(after.exists) - Number(before?.exists ?? false);
  }
}
