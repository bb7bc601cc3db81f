import { readHead } from '../layout/meta.ts';
import type { WriteTx } from '../ports/storage.ts';
import type { DecidedBatch } from './3-decide-batch.ts';

/**
 * Step 4: under the lock, which fixes the order. Returns the batch that was decided on exactly the log before it: the
 * one that was decided on a snapshot, or, when others came first, that of `decideAgain`. Drafts spare user code whose
 * reads still hold.
 */
export function confirmBatch(tx: WriteTx, decided: DecidedBatch, decideAgain: () => DecidedBatch): DecidedBatch {
  // A rebuild that took this generation's place leaves the position as it was: deciding again finds that out.
  const { position, moved } = readHead(tx);
  const isUnchanged = position === decided.stage.basePosition && moved === undefined;
  return isUnchanged ? decided : decideAgain();
}
