import { assert, present } from '../core/base/assert.ts';
import type { JsonValue } from '../core/base/json.ts';
import type { Change } from '../core/fold/change.ts';
import { type Effect, effectOfAll } from '../core/fold/effect.ts';
import { foldKey } from '../core/fold/fold-record.ts';
import { withVersion } from '../core/fold/raw-json.ts';
import { type Kind, type State, untouched } from '../core/fold/state.ts';
import type { FoldedRecord } from '../core/log/record.ts';
import { textKey } from '../layout/keys.ts';
import { DecidedPositions } from './decided-positions.ts';
import { type FoldOutcome, FoldTree, isSame, isShort, type Leaves, treeLevelOf } from './fold-tree.ts';
import { type Advanced, appliedRecord, type HistorySource, type Range, type ReduceAgain } from './history-source.ts';
import type { LeafCache, OwnTransaction } from './leaf-cache.ts';

interface Leaf {
  readonly positions: number[];
  /** The state before it, as the log had it then; undefined when that is too long to keep. */
  readonly began: State | undefined;
  /** Null when only a fold can tell; undefined when the transactions have to be looked at to know. */
  effect: Effect | null | undefined;
}

/** The memory that takes back a batch that may be dropped again. */
interface BeforeBatch {
  readonly now: State;
  readonly leaves: number;
  readonly open: readonly OwnTransaction[] | undefined;
  /** The positions that it withdrew since. */
  readonly withdrawn: number[];
}

const leafTransactions = 64;
const effectWeightMax = 4_096;

/**
 * All that was applied to one key, kept so that its fold without some of it takes little: the transactions are read once,
 * and one that is left out costs its leaf of 64 and the parts of the tree above it. A compensation's `restore` is no
 * transaction of its own here: it only withdraws the one that it names.
 *
 * Invariant: it holds exactly what the source says was applied up to `at`; what was staged in a batch that is gone is
 * taken back before anything else is read.
 */
export class KeyHistory implements Leaves {
  readonly key: string;
  private readonly keyBytes: Uint8Array;
  private readonly kind: Kind;
  private readonly tree = new FoldTree(this);
  private readonly leaves: Leaf[] = [];
  private readonly cache: LeafCache;
  private readonly decided = new DecidedPositions();
  /** The transactions of the last leaf, until it is full or a compensation ends it: no leaf has one in its middle. */
  private open: OwnTransaction[] | undefined;
  /** The state as the log has it where the open leaf begins, or where the last one ends. */
  private now: State;
  private source: HistorySource | undefined;
  private token: object | undefined;
  /** Up to where it was read, and up to where that is in the log for ever. */
  private at = 0;
  private base = 0;
  private beforeBatch: BeforeBatch | undefined;
  /** Positions that are left out; one of them perhaps only because it was asked what is without it. */
  private readonly excluded = new Set<number>();
  private trial: number | undefined;
  /** Positions of the compensations that withdrew one. */
  private readonly withdrawals: number[] = [];
  /** Ids of those that are left out, and the leaves in which changes name an owner, of a dedicated key. */
  private readonly gone = new Set<string>();
  private readonly owners = new Map<string, number[]>();
  private hasReducers = false;
  private reduceAgain: ReduceAgain = () => undefined;

  constructor(key: string, kind: Kind, cache: LeafCache) {
    this.key = key;
    this.keyBytes = textKey(key);
    this.kind = kind;
    this.cache = cache;
    this.now = untouched(key, kind);
  }

  /** Leaves that it keeps. */
  get size(): number {
    return this.leaves.length;
  }

  /** Whether it holds what is not in the log yet for a source: of an older snapshot than others read it from. */
  isAheadOf({ basePosition }: HistorySource): boolean {
    return this.base > basePosition;
  }

  /** Reads what was applied since, at most `max` transactions; returns whether that was all. */
  follow(source: HistorySource, max = Number.POSITIVE_INFINITY): boolean {
    return this.reading(source, () => this.readOn(source, max));
  }

  /**
   * The key as it would be without the transaction at `target`, and without what was withdrawn before, as of where the
   * source ends. Reducers after what is left out run again, because their logged results hold it.
   */
  without(source: HistorySource, target: number, reduceAgain: ReduceAgain): FoldOutcome {
    return this.reading(source, () => {
      this.readOn(source);
      this.endTrial();
      this.exclude(target);
      this.trial = target;
      this.reduceAgain = reduceAgain;
      const from = this.hasReducers ? least(this.excluded) : Number.POSITIVE_INFINITY;
      return this.tree.fold(untouched(this.key, this.kind), from);
    });
  }

  /** The state right before a position, as the log had it; undefined when that is not known here. */
  before(source: HistorySource, position: number): State | undefined {
    this.follow(source);
    let index = Math.max(0, this.lastFrom(position - 1));
    while (index > 0 && !this.leaf(index).began) index -= 1;
    const { began } = this.leaves[index] ?? {};
    if (!began) return untouched(this.key, this.kind);
    const from = this.span(index)[0];
    if (this.withdrawals.some((one) => one >= from && one < position)) return undefined;
    return this.advance(source, began, { from, to: position - 1, stepsMax: Number.POSITIVE_INFINITY }).state;
  }

  /**
   * Folds a state on over what was applied within a range, as logged: what was withdrawn later is not left out, and no
   * reducer runs.
   */
  advance(source: HistorySource, before: State, range: Range): Advanced {
    return this.reading(source, () => {
      this.readOn(source);
      let outcome: FoldOutcome = { state: before };
      let steps = 0;
      for (let index = this.firstWithin(range.from); this.isWithin(index, range.to) && !outcome.refused; ) {
        const isWhole = this.span(index)[0] >= range.from;
        const { began } = this.leaf(index);
        if (isWhole && steps > 0 && began && isSame(outcome.state, began))
          return { ...outcome, isAsLogged: true, steps };
        if (steps >= range.stepsMax) return { ...outcome, isCut: true, steps };
        const canLeap = (last: number) => this.canLeap(index, last, range.to);
        const leap = isWhole ? this.tree.leap(index, outcome.state, canLeap) : undefined;
        const part = leap ? undefined : this.within(index, range);
        outcome = leap ?? this.foldOn(part ?? [], outcome.state);
        steps += part?.length ?? 1;
        index = leap ? leap.next : index + 1;
      }
      return { ...outcome, steps };
    });
  }

  /** Positions after `after` behind which a decision on states stands, given the types that have a handler, rising. */
  decidedAfter(after: number, isHandled: (type: string) => boolean): readonly number[] {
    return this.decided.after(after, isHandled);
  }

  effect(index: number): Effect | undefined {
    const leaf = this.leaf(index);
    if (leaf.effect === undefined) {
      const effect = effectOfAll(this.kept(index).flatMap(({ changes }) => changes));
      leaf.effect = effect && effect.weight <= effectWeightMax ? effect : null;
    }
    return leaf.effect ?? undefined;
  }

  fold(index: number, before: State, from: number): FoldOutcome {
    return this.foldOn(this.kept(index), before, ({ position, type }, change, value) =>
      position < from ? change.result : this.reduceAgain(type, change, value),
    );
  }

  span(index: number): readonly [number, number] {
    const { positions } = this.leaf(index);
    return [positions[0] as number, positions.at(-1) as number];
  }

  private reading<T>(source: HistorySource, work: () => T): T {
    this.source = source;
    try {
      return work();
    } finally {
      this.source = undefined;
    }
  }

  private readOn(source: HistorySource, max = Number.POSITIVE_INFINITY): boolean {
    if (source.token !== this.token) this.takeBack();
    this.token = source.token;
    let left = max;
    for (const position of source.applied(this.key, this.at + 1)) {
      if (left === 0) return false;
      left -= 1;
      if (position > source.basePosition) this.beforeBatch ??= this.whatIs();
      this.add(appliedRecord(source, this.keyBytes, position));
      this.at = position;
      if (position <= source.basePosition) this.base = position;
    }
    return true;
  }

  private whatIs(): BeforeBatch {
    return { now: this.now, leaves: this.leaves.length, open: this.open?.slice(), withdrawn: [] };
  }

  /** Takes back what a batch did that is no more, or is in the log now and will be read there. */
  private takeBack(): void {
    this.endTrial();
    const { beforeBatch } = this;
    this.beforeBatch = undefined;
    if (!beforeBatch) return;
    const { now, leaves, open, withdrawn } = beforeBatch;
    for (const position of withdrawn) this.include(position);
    this.now = now;
    this.at = this.base;
    this.open = open?.slice();
    this.leaves.length = leaves;
    this.tree.resize(leaves);
    this.decided.dropAfter(this.base);
    this.withdrawals.length -= withdrawn.length;
    if (!this.open) return;
    const last = this.leaf(leaves - 1);
    last.positions.length = this.open.length;
    this.cache.forget(last);
    this.refresh(leaves - 1);
  }

  private add(record: FoldedRecord): void {
    const changes = record.changes.filter(({ key }) => key === this.key);
    const { position, compensates, id, type, time } = record;
    const transaction = { position, id, type, time, changes };
    if (compensates === undefined || !changes.some(({ op }) => op === 'restore')) {
      this.append(transaction);
      this.decided.add(record, changes);
      return;
    }
    this.endLeaf();
    this.now = this.foldLogged([transaction]);
    this.withdrawals.push(position);
    this.beforeBatch?.withdrawn.push(compensates);
    if (this.trial === compensates) this.trial = undefined;
    else this.exclude(compensates);
  }

  private append(transaction: OwnTransaction): void {
    if (!this.open) {
      const began = isShort(this.now, treeLevelOf(this.leaves.length)) ? this.now : undefined;
      this.leaves.push({ positions: [], effect: undefined, began });
      this.tree.resize(this.leaves.length);
      this.open = [];
    }
    const index = this.leaves.length - 1;
    const leaf = this.leaf(index);
    this.open.push(transaction);
    leaf.positions.push(transaction.position);
    // Changes that nobody asked about since they were forgotten are still forgotten.
    if (leaf.effect !== undefined) this.refresh(index);
    for (const { op, owner } of transaction.changes) {
      if (op === 'reduce') this.hasReducers = true;
      if (owner !== undefined) this.mention(owner, index);
    }
    if (this.open.length >= leafTransactions) this.endLeaf();
  }

  /** Ends the open leaf. What became of the key in it is known then, and need not be read again. */
  private endLeaf(): void {
    if (!this.open) return;
    const index = this.leaves.length - 1;
    const { open, now: before } = this;
    const isWhole = this.excluded.size === 0 || !open.some(({ position }) => this.excluded.has(position));
    const leap = isWhole ? this.tree.leap(index, before, (last) => last === index) : undefined;
    this.open = undefined;
    this.now = leap?.state ?? this.foldLogged(open);
    if (leap) return;
    this.cache.keep(this.leaf(index), open);
    if (isWhole) this.tree.remember(index, before, this.now);
  }

  /** Folds on what the log says, which needs no one's name and no reducer. */
  private foldLogged(transactions: readonly OwnTransaction[]): State {
    const before = { ...this.now, position: 0 };
    const { state, refused } = foldKey(this.key, transactions, { before, idAt: () => undefined });
    assert(!refused && state !== undefined, `record ${refused?.position} of the log can be applied`);
    return withVersion(state, 0);
  }

  private foldOn(
    part: readonly OwnTransaction[],
    before: State,
    reduceAgain?: (transaction: OwnTransaction, change: Change, value: JsonValue | undefined) => JsonValue | undefined,
  ): FoldOutcome {
    const { state = before, refused } = foldKey(this.key, part, {
      before: { ...before, position: 0 },
      idAt: (position) =>
        part.find((one) => one.position === position)?.id ?? present(this.source, 'a source').idAt(position),
      ...(reduceAgain && { reduceAgain }),
    });
    // Its value is no text any more: it will be looked at.
    return { state: withVersion(state, 0), refused };
  }

  private within(index: number, { from, to }: Range): readonly OwnTransaction[] {
    return this.transactions(index).filter(({ position }) => position >= from && position <= to);
  }

  private isWithin(index: number, to: number): boolean {
    return index < this.leaves.length && this.span(index)[0] <= to;
  }

  private firstWithin(from: number): number {
    const index = this.lastFrom(from);
    return index >= 0 && this.span(index)[1] < from ? index + 1 : Math.max(index, 0);
  }

  /** Whether leaves end in time, and nothing of them is left out at present. */
  private canLeap(first: number, last: number, to: number): boolean {
    const [[start], [, end]] = [this.span(first), this.span(last)];
    if (end > to) return false;
    for (const position of this.excluded) if (position >= start && position <= end) return false;
    return true;
  }

  private mention(owner: string, leaf: number): void {
    const leaves = this.owners.get(owner);
    if (!leaves) this.owners.set(owner, [leaf]);
    else if (leaves.at(-1) !== leaf) leaves.push(leaf);
  }

  private endTrial(): void {
    if (this.trial !== undefined) this.include(this.trial);
    this.trial = undefined;
  }

  private exclude(position: number): void {
    this.excluded.add(position);
    this.change(position, (id) => this.gone.add(id));
  }

  private include(position: number): void {
    this.excluded.delete(position);
    this.change(position, (id) => this.gone.delete(id));
  }

  /** Tells the tree that a transaction is left out or taken in, and with it what was done in its name. */
  private change(position: number, name: (id: string) => void): void {
    const index = this.lastFrom(position);
    if (!this.leaves[index]?.positions.includes(position)) return;
    this.refresh(index);
    if (this.kind !== 'dedicated') return;
    const id = this.transactions(index).find((one) => one.position === position)?.id ?? '';
    name(id);
    for (const naming of this.owners.get(id) ?? []) if (naming < this.leaves.length) this.refresh(naming);
  }

  private refresh(index: number): void {
    this.leaf(index).effect = undefined;
    this.tree.touch(index);
  }

  /** The last leaf that begins at or before a position; -1 when there is none. */
  private lastFrom(position: number): number {
    let low = -1;
    let high = this.leaves.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.span(middle)[0] <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The transactions of a leaf that are not left out, without what they did in the name of an owner that is. */
  private kept(index: number): readonly OwnTransaction[] {
    const all = this.transactions(index);
    const kept = this.excluded.size === 0 ? all : all.filter(({ position }) => !this.excluded.has(position));
    if (this.gone.size === 0) return kept;
    const stands = ({ owner }: Change) => owner === undefined || !this.gone.has(owner);
    return kept.map((one) => (one.changes.every(stands) ? one : { ...one, changes: one.changes.filter(stands) }));
  }

  private transactions(index: number): readonly OwnTransaction[] {
    if (this.open && index === this.leaves.length - 1) return this.open;
    const leaf = this.leaf(index);
    return this.cache.get(leaf, () => leaf.positions.map((position) => this.readOwn(position)));
  }

  private readOwn(position: number): OwnTransaction {
    const record = appliedRecord(present(this.source, 'a source'), this.keyBytes, position);
    const { id, type, time } = record;
    return { position, id, type, time, changes: record.changes.filter(({ key }) => key === this.key) };
  }

  private leaf(index: number): Leaf {
    return present(this.leaves[index], 'a leaf');
  }
}

function least(positions: Iterable<number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const position of positions) if (position < least) least = position;
  return least;
}
