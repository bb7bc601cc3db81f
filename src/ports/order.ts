import type { WriteTx } from './storage.ts';

/**
 * Fixes the order of transactions (step 4). Locally that is the storage's writer lock; a replicated order asks a
 * quorum and calls back when its answer is known. Either way `place` sees every record that comes before.
 */
export interface Order {
  confirm<T>(place: (tx: WriteTx) => T): Promise<T>;
}
