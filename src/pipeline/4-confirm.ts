import { readHead } from '../layout/meta.ts';
import type { Order } from '../ports/order.ts';
import type { WriteTx } from '../ports/storage.ts';
import type { Stage } from './3-stage.ts';

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
    // A rebuild that took this generation's place leaves the position as it was: deciding again finds that out.
    const { position, moved } = readHead(tx);
    const unchanged = position === stage.basePosition && moved === undefined;
    return place(tx, unchanged ? stage : redecide(tx));
  });
}
