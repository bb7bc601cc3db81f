import { readHead } from '../layout/meta.ts';
import type { AttachmentStore } from '../ports/attachment-store.ts';
import type { WriteTx } from '../ports/storage.ts';
import type { DecidedBatch } from './3-decide-batch.ts';

/** The parts of a confirmation: whether an attachment is here, and deciding the whole batch again. */
interface Confirming {
  readonly attachments: Pick<AttachmentStore, 'has'>;
  decideAgain(): DecidedBatch;
}

/**
 * Step 4: under the lock, which fixes the order. Returns the batch that was decided on exactly the log before it: the
 * one that was decided on a snapshot, or, when others came first, that of `decideAgain`. Drafts spare user code whose
 * reads still hold.
 */
export function confirmBatch(
  tx: WriteTx,
  decided: DecidedBatch,
  { attachments, decideAgain }: Confirming,
): DecidedBatch {
  // A rebuild that took this generation's place leaves the position as it was: deciding again finds that out.
  const { position, moved } = readHead(tx);
  const isUnchanged = position === decided.stage.basePosition && moved === undefined;
  // Attachments are cleared away under the lock: one that was here before it may be gone.
  return isUnchanged && namedBy(decided).every((digest) => attachments.has(digest)) ? decided : decideAgain();
}

function namedBy({ stage }: DecidedBatch): readonly string[] {
  return stage.staged.flatMap(({ record }) => (record.outcome === 'committed' ? (record.attachments ?? []) : []));
}
