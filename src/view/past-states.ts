import { withVersion } from '../core/fold/raw-json.ts';
import type { Kind, State } from '../core/fold/state.ts';
import { AppliedList } from './applied-list.ts';
import type { Cut } from './cut.ts';
import type { KeyHistory } from './key-history.ts';
import { stateAt } from './time-travel.ts';

/** Keys as they were before a position, for who asks about many positions: what a key's life was is read once. */
export class PastStates {
  private readonly cut: Cut;
  private readonly lists = new Map<string, AppliedList>();

  constructor(cut: Cut) {
    this.cut = cut;
  }

  /** A key right before a position; undefined where it was never touched until then. */
  before(key: string, position: number): State | undefined {
    const { cut } = this;
    const now = cut.state(key);
    // A key that has not changed since is not folded again.
    if (!now || now.position < position) return now;
    const version = this.list(key).countUpTo(position - 1);
    if (version === 0) return undefined;
    const state = this.use(key, (history) => history.before(cut, position));
    return state ? withVersion(state, version) : stateAt(cut, key, position - 1);
  }

  /** Works with the life of a key. */
  use<T>(key: string, work: (history: KeyHistory) => T): T {
    return this.cut.view.histories.use({ key, kind: this.kindOf(key) }, this.cut, work);
  }

  kindOf(key: string): Kind {
    return this.cut.state(key)?.kind ?? 'shared';
  }

  /** The positions that were ever applied to a key. */
  list(key: string): AppliedList {
    const list = this.lists.get(key) ?? new AppliedList(this.cut, key);
    this.lists.set(key, list);
    return list;
  }
}
