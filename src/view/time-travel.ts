import { type Change, type ChangeOp, isPlainSum, opBit } from '../core/fold/change.ts';
import { foldChanges } from '../core/fold/fold-record.ts';
import { type State, untouched } from '../core/fold/state.ts';
import type { StoredRecord } from '../core/log/record.ts';
import { damagedRow } from '../layout/damaged-row.ts';
import { positionKey } from '../layout/keys.ts';
import { readHead } from '../layout/meta.ts';
import { decodeHeader } from '../layout/record-codec.ts';
import type { Snapshot } from '../ports/storage.ts';
import { AppliedList } from './applied-list.ts';
import type { Cut } from './cut.ts';
import { type Steps, takeAllSteps } from './turns.ts';

/** Position of the last record whose time is not after `time` (ms since 1970); 0 when there is none. */
export function positionAtTime(snapshot: Snapshot, time: number): number {
  let low = 0;
  let high = readHead(snapshot).position;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const bytes = snapshot.get('log', positionKey(middle));
    if (bytes && decodeHeader(bytes).time <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Changes to which it does not matter what a key was before. A release is none: it needs the claim that it ends. */
const fixingOps: readonly ChangeOp[] = ['set', 'delete', 'reduce', 'claim', 'expire', 'restore'];
const fixing: ReadonlySet<ChangeOp> = new Set(fixingOps);
const fixingBits = fixingOps.reduce((bits, op) => bits | opBit(op), 0);

/**
 * A key as it was when the log ended at `position`, as the engine sees it: the fold of its transactions up to there,
 * begun at the last of them that fixes the whole state; of a plain sum, the present one without what came later. Only
 * `ops` may name more than was applied by then.
 */
export function stateAt(cut: Cut, key: string, position: number): State | undefined {
  return takeAllSteps(stateAtSteps(cut, key, position));
}

/** As `stateAt`, in steps of one transaction each. */
export function* stateAtSteps(cut: Cut, key: string, position: number): Steps<State | undefined> {
  const now = cut.state(key);
  // A key that has not changed since is not folded again.
  if (!now || now.position <= position) return now;
  const past = new Past(cut, now);
  const count = past.list.countUpTo(position);
  if (count === 0) return undefined;
  if (isPlainSum(now) && past.list.length - count < count) return yield* past.withoutLater(count);
  return yield* past.fold(yield* past.firstNeeded(count), count);
}

/** The life of one key up to now. */
class Past {
  readonly list: AppliedList;
  private readonly cut: Cut;
  private readonly now: State;

  constructor(cut: Cut, now: State) {
    this.list = new AppliedList(cut, now.key);
    this.cut = cut;
    this.now = now;
  }

  /** Takes what was added after the first `count` transactions out of the sum. */
  *withoutLater(count: number): Steps<State> {
    let sum = this.now.value as number;
    for (let i = count; i < this.list.length; i++) {
      yield;
      for (const { value } of this.own(i).changes) sum -= value as number;
    }
    return { ...this.now, value: sum, version: count, position: this.own(count - 1).record.position };
  }

  /**
   * Index of the last of the first `count` transactions that fixes the whole state; 0 when there is none in the newer
   * half: to look for it further back may cost more than it spares.
   */
  *firstNeeded(count: number): Steps<number> {
    if ((this.now.ops & fixingBits) === 0) return 0;
    for (let i = count - 1; i >= count / 2; i--) {
      yield;
      if (this.own(i).changes.some(({ op }) => fixing.has(op))) return i;
    }
    return 0;
  }

  /** Folds from the transaction at `first` on. The log says that each was applied: no owner is looked up. */
  *fold(first: number, count: number): Steps<State | undefined> {
    const { key, kind, ops } = this.now;
    let state: State | undefined = first === 0 ? undefined : { ...untouched(key, kind), version: first };
    for (let i = first; i < count; i++) {
      yield;
      const { record, changes } = this.own(i);
      const from = i === first && first > 0 ? changes.findLastIndex(({ op }) => fixing.has(op)) : 0;
      const { position, time } = record;
      const folded = foldChanges(changes.slice(from), () => state, { position, time, idAt: () => undefined });
      if (!folded.ok) throw damagedRow('applied', key, `record ${position} cannot be applied to what was before`);
      state = folded.after.get(key);
    }
    return state && { ...state, ops };
  }

  /** The transaction at an index of the list, and what it did to the key. */
  private own(index: number): { readonly record: StoredRecord; readonly changes: readonly Change[] } {
    const position = this.list.known(index);
    const record = this.cut.knownRecord(position);
    return { record, changes: record.changes.filter(({ key }) => key === this.now.key) };
  }
}
