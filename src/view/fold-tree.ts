import { present } from '../core/base/assert.ts';
import { isSurelyWithin, jsonEquals } from '../core/base/json.ts';
import { compose, type Effect, runEffect } from '../core/fold/effect.ts';
import type { Rejection } from '../core/fold/rejection.ts';
import type { State } from '../core/fold/state.ts';

/** The end of a fold: the state, or how far it was when a transaction could not be applied. */
export interface FoldOutcome {
  readonly state: State;
  readonly refused?: { readonly position: number; readonly rejection: Rejection } | undefined;
}

/** The leaves of a tree: runs of transactions, in log order. */
export interface Leaves {
  /** The effect of a leaf's transactions on any value; undefined when only their fold can tell. */
  effect(leaf: number): Effect | undefined;
  /** Folds the transactions of a leaf. `from` is where reducers begin to run again. */
  fold(leaf: number, before: State, from: number): FoldOutcome;
  /** Positions of the first and of the last transaction of a leaf. */
  span(leaf: number): readonly [number, number];
}

/** The result of a part of the tree for a state the last time: most folds differ from the one before in few parts. */
interface Memo {
  readonly before: State;
  readonly outcome: FoldOutcome;
  readonly from: number;
}

interface Node {
  /** Null when there is none; undefined when that is not known yet. */
  effect: Effect | null | undefined;
  memo: Memo | undefined;
}

/** Parts of a part. */
const fanOut = 16;
/** Bounds of one part, of the lowest level; each level above may take more, as it has fewer parts. */
const weightMax = 4_096;
const memoBytesMax = 1_024;

/**
 * The fold of a long row of transactions, kept in parts, so that it is not folded from its beginning each time that a few
 * of them are left out. A part is run by its effect in one step; one that has none, or whose effect does not fit the
 * value, by its smaller parts; and not at all when it finds the state that it found last time.
 *
 * Units: a change of one leaf costs 16 parts on each of the log16(leaves) levels.
 * Source: docs/decisions/0025-undoing-many.md.
 */
export class FoldTree {
  private readonly levels: Node[][] = [];
  private readonly leaves: Leaves;
  /** Where reducers begin to run again in the fold under way. */
  private from = 0;

  constructor(leaves: Leaves) {
    this.leaves = leaves;
  }

  /** Takes over how many leaves there are now: new ones stand at the end, and so do those that are gone. */
  resize(leaves: number): void {
    let level = 0;
    for (let count = leaves; ; count = Math.ceil(count / fanOut)) {
      const nodes = this.levels[level] ?? [];
      this.levels[level] = nodes;
      while (nodes.length < count) nodes.push({ effect: undefined, memo: undefined });
      nodes.length = count;
      level += 1;
      if (count <= 1) break;
    }
    this.levels.length = level;
    if (leaves > 0) this.touch(leaves - 1);
  }

  /** Forgets what is known of a leaf, and of all parts that it belongs to. */
  touch(leaf: number): void {
    for (let level = 0, index = leaf; level < this.levels.length; level++, index = Math.floor(index / fanOut)) {
      const node = this.node(level, index);
      node.effect = undefined;
      node.memo = undefined;
    }
  }

  /** Tells what a leaf made of a state, as it is folded by other means. */
  remember(leaf: number, before: State, state: State): void {
    if (isShort(state, 0)) this.node(0, leaf).memo = { before, outcome: { state }, from: Number.POSITIVE_INFINITY };
  }

  /** Folds all leaves; from position `from` on reducers run again. */
  fold(before: State, from: number): FoldOutcome {
    this.from = from;
    const top = this.levels.length - 1;
    return top < 0 || this.levels[0]?.length === 0 ? { state: before } : this.run(top, 0, before);
  }

  /** Runs as many leaves from one on as one part holds whose last one `isAllowed`; undefined when none fits. */
  leap(leaf: number, before: State, isAllowed: (last: number) => boolean) {
    for (let level = this.levels.length - 1; level >= 0; level--) {
      const size = fanOut ** level;
      const next = Math.min(leaf + size, (this.levels[0] as readonly Node[]).length);
      const effect = leaf % size === 0 && isAllowed(next - 1) ? this.effect(level, leaf / size) : null;
      const state = effect && runOn(effect, before);
      if (state) return { state, next };
    }
    return undefined;
  }

  private run(level: number, index: number, before: State): FoldOutcome {
    const effect = this.effect(level, index);
    const state = effect && runOn(effect, before);
    if (state) return { state };
    const node = this.node(level, index);
    const { memo } = node;
    if (memo && this.runsSame(level, index, memo.from) && isSame(memo.before, before)) return memo.outcome;
    const outcome = level === 0 ? this.leaves.fold(index, before, this.from) : this.runParts(level, index, before);
    // A refusal is told once; it has the reason of this fold.
    node.memo = isShort(outcome.state, level) && !outcome.refused ? { before, outcome, from: this.from } : undefined;
    return outcome;
  }

  private runParts(level: number, index: number, before: State): FoldOutcome {
    let outcome: FoldOutcome = { state: before };
    for (const part of this.partsOf(level, index)) {
      outcome = this.run(level - 1, part, outcome.state);
      if (outcome.refused) break;
    }
    return outcome;
  }

  private effect(level: number, index: number): Effect | null {
    const node = this.node(level, index);
    if (node.effect !== undefined) return node.effect;
    const effect = level === 0 ? this.leaves.effect(index) : this.composeParts(level, index);
    node.effect = effect && effect.weight <= weightMax * 4 ** level ? effect : null;
    return node.effect;
  }

  private composeParts(level: number, index: number): Effect | undefined {
    let all: Effect | undefined;
    for (const part of this.partsOf(level, index)) {
      const effect = this.effect(level - 1, part);
      if (!effect) return undefined;
      all = all ? compose(all, effect) : effect;
      if (!all) return undefined;
    }
    return all;
  }

  private partsOf(level: number, index: number): readonly number[] {
    const first = index * fanOut;
    const end = Math.min(first + fanOut, (this.levels[level - 1] as readonly Node[]).length);
    return Array.from({ length: end - first }, (_, i) => first + i);
  }

  /** Whether the reducers of a part that run again are the same in a fold from `from` on as in the one under way. */
  private runsSame(level: number, index: number, from: number): boolean {
    if (from === this.from) return true;
    const first = index * fanOut ** level;
    const last = Math.min((index + 1) * fanOut ** level, (this.levels[0] as readonly Node[]).length) - 1;
    const [[start], [, end]] = [this.leaves.span(first), this.leaves.span(last)];
    return (from > end && this.from > end) || (from <= start && this.from <= start);
  }

  private node(level: number, index: number): Node {
    return present(this.levels[level]?.[index], 'a part of the tree');
  }
}

/** The state after an effect, unless it does not fit. */
function runOn(effect: Effect, before: State): State | undefined {
  const value = runEffect(effect, before.exists ? before.value : undefined);
  return typeof value === 'symbol' ? undefined : { ...before, exists: value !== undefined, value };
}

/** Whether folds from the two go on the same way. The order of fields counts: a reducer may look at it. */
export function isSame(a: State, b: State): boolean {
  if (a.exists !== b.exists || a.owner !== b.owner || a.pendingUntil !== b.pendingUntil) return false;
  return a.value === b.value || (jsonEquals(a.value, b.value) && JSON.stringify(a.value) === JSON.stringify(b.value));
}

/** Whether it is worth its memory to remember a state, of a part of a level. */
export function isShort({ value }: State, level: number): boolean {
  return value === undefined || isSurelyWithin(value, memoBytesMax * fanOut ** level);
}

/** Level of the largest part that begins at a leaf. */
export function treeLevelOf(leaf: number): number {
  let level = 0;
  while (level < 8 && leaf % fanOut ** (level + 1) === 0) level += 1;
  return level;
}
