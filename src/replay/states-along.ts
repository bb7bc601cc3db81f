import { foldChanges } from '../core/fold/fold-record.ts';
import type { State } from '../core/fold/state.ts';
import { appliedChanges, type LogRecord } from '../core/log/record.ts';
import type { PastStates } from '../view/past-states.ts';

/** Keys that are kept, those that were read last: a key of few transactions is soon read anew. */
const keptMax = 128;

/**
 * Keys as they were before each of a row of records, for who goes along the log: a key is read from its past once, and then
 * folded on by the records that pass. What it holds is of the log alone, and outlives any view of it.
 *
 * Invariant: a kept key is as it was right before the record after the last one that passed.
 */
export class StatesAlong {
  private readonly kept = new Map<string, State | undefined>();
  private readonly most: number;

  constructor(most: number = keptMax) {
    this.most = most;
  }

  /** The states right before a position, which is the one after the last that passed. */
  before(past: PastStates, key: string, position: number): State | undefined {
    const state = this.kept.has(key) ? this.kept.get(key) : past.before(key, position);
    // The last used stands last.
    this.kept.delete(key);
    this.kept.set(key, state);
    if (this.kept.size > this.most) this.kept.delete(this.kept.keys().next().value ?? key);
    return state;
  }

  /** Goes on behind a record. */
  pass(record: LogRecord): void {
    const changes = appliedChanges(record).filter(({ key }) => this.kept.has(key));
    if (changes.length === 0) return;
    const { position, time } = record;
    // The log says that each was applied: no owner is looked up.
    const folded = foldChanges(changes, (key) => this.kept.get(key), { position, time, idAt: () => undefined });
    for (const key of new Set(changes.map((change) => change.key))) {
      if (folded.ok) this.kept.set(key, folded.after.get(key));
      else this.kept.delete(key);
    }
  }
}
