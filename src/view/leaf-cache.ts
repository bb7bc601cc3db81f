import type { Change } from '../core/fold/change.ts';
import { TextChange } from '../core/fold/raw-json.ts';

/** The effect of one transaction on one key. */
export interface OwnTransaction {
  readonly position: number;
  readonly id: string;
  readonly type: string;
  readonly time: number;
  readonly changes: readonly Change[];
}

interface Kept {
  readonly transactions: readonly OwnTransaction[];
  readonly weight: number;
}

/** Characters of values and texts that are kept, about. */
const weightMax = 4 * 1024 * 1024;
const transactionWeight = 128;

/** The leaves that were used last, as they were read: what is undone together often stands close together. */
export class LeafCache {
  private readonly leaves = new Map<object, Kept>();
  private weight = 0;

  /** The transactions of a leaf, read when they are not here. */
  get(leaf: object, read: () => readonly OwnTransaction[]): readonly OwnTransaction[] {
    const known = this.leaves.get(leaf);
    if (known) {
      // The last used stands last.
      this.leaves.delete(leaf);
      this.leaves.set(leaf, known);
      return known.transactions;
    }
    const transactions = read();
    this.keep(leaf, transactions);
    return transactions;
  }

  /** Drops a leaf that has changed. */
  forget(leaf: object): void {
    this.weight -= this.leaves.get(leaf)?.weight ?? 0;
    this.leaves.delete(leaf);
  }

  /** Takes in the transactions of a leaf. */
  keep(leaf: object, transactions: readonly OwnTransaction[]): void {
    const weight = transactions.reduce((sum, one) => sum + weightOf(one), 0);
    this.leaves.set(leaf, { transactions, weight });
    this.weight += weight;
    for (const oldest of this.leaves.keys()) {
      if (this.weight <= weightMax || oldest === leaf) return;
      this.forget(oldest);
    }
  }
}

function weightOf({ changes }: OwnTransaction): number {
  let weight = transactionWeight;
  for (const change of changes) {
    if (change instanceof TextChange) weight += change.text.length;
    else weight += JSON.stringify(change.value ?? null).length + JSON.stringify(change.result ?? null).length;
  }
  return weight;
}
