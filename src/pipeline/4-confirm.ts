import { readHead } from '../layout/meta.ts';
import type { Order } from '../ports/order.ts';
import type { WriteTx } from '../ports/storage.ts';
import type { Stage } from './stage.ts';

/**
 * Step 4: fixes the order of a batch that was decided on a snapshot. When others came first, it is decided again
 * (`redecide`) on what they left; the drafts spare user code whose reads still hold. Then `place` writes it.
 */
export function confirmBatch<T>(
  order: Order,
  stage: Stage,
  redecide: (tx: WriteTx) => Stage,
  place: (tx: WriteTx, stage: Stage) => T,
): Promise<T> {
  return order.confirm((tx) => {
    const unchanged = readHead(tx).position === stage.basePosition;
    return place(tx, unchanged ? stage : redecide(tx));
  });
}
