import type { State } from '../core/fold/state.ts';
import type { HistorySource } from './history-source.ts';
import { KeyHistory } from './key-history.ts';
import { LeafCache } from './leaf-cache.ts';

/** Leaves of all histories together: some two million transactions, in a few tens of megabytes. */
const leavesMax = 32_768;

/**
 * The histories of the keys from which something was undone last: who undoes many transactions reads each key once. A
 * history that is dropped is only read again.
 */
export class KeyHistories {
  private readonly histories = new Map<string, KeyHistory>();
  private cache = new LeafCache();
  private leaves = 0;

  /** Uses the history of a key for a source; what it reads meanwhile counts. */
  use<T>({ key, kind }: Pick<State, 'key' | 'kind'>, source: HistorySource, work: (history: KeyHistory) => T): T {
    const known = this.histories.get(key);
    const isFit = known !== undefined && !known.isAheadOf(source);
    const history = isFit ? known : new KeyHistory(key, kind, this.cache);
    if (!isFit) this.leaves -= known?.size ?? 0;
    const before = history.size;
    // The last used stands last.
    this.histories.delete(key);
    this.histories.set(key, history);
    try {
      return work(history);
    } finally {
      this.bound(history.size - before);
    }
  }

  /** Forgets all. */
  clear(): void {
    this.histories.clear();
    this.cache = new LeafCache();
    this.leaves = 0;
  }

  /** Drops those that were not used for longest, until all fit their bound. The last one stays, whatever it takes. */
  private bound(more: number): void {
    this.leaves += more;
    for (const [key, history] of this.histories) {
      if (this.leaves <= leavesMax || this.histories.size === 1) return;
      this.leaves -= history.size;
      this.histories.delete(key);
    }
  }
}
