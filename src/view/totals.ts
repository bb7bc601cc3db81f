import { isEngineKey, sessionIn } from '../core/fold/session.ts';
import type { State } from '../core/fold/state.ts';
import type { Outcome } from '../core/log/record.ts';
import type { Counts } from '../layout/meta.ts';
import { ThemeTally } from '../layout/theme-counts.ts';

/** Running totals, counted on from those of a head. */
export class Totals {
  private readonly counts: { -readonly [name in keyof Counts]: Counts[name] };

  /** The effect of the same records on the counts of themes. */
  readonly themes = new ThemeTally();

  constructor(counts: Counts) {
    this.counts = { ...counts };
  }

  /** The totals so far. */
  get now(): Counts {
    return { ...this.counts };
  }

  /** Sessions that are not removed. */
  get sessions(): number {
    return this.counts.sessions;
  }

  /** Counts a record, and its bytes once they are known. */
  addRecord(outcome: Outcome, bytes = 0): void {
    this.counts[outcome] += 1;
    this.counts.logBytes += bytes;
  }

  /** Counts what a record did to one key. `time` is the record's, in ms since 1970. */
  addState(before: State | undefined, after: State, time: number): void {
    if (after.kind === 'session') {
      this.counts.sessions += Number(after.exists) - Number(before?.exists ?? false);
      this.themes.add(sessionIn(before), sessionIn(after), time);
      return;
    }
    // Themes are the engine's own.
    if (isEngineKey(after.key)) return;
    if (!before) this.counts.keys += 1;
    this.counts[after.kind] += Number(after.exists) - Number(before?.exists ?? false);
  }
}
