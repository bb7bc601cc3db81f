import { type Receipt, receiptOf } from '../core/receipt.ts';
import type { Answer } from './2-batch.ts';
import type { Decision } from './3-decide.ts';

/** Step 7: turns decisions into answers. Called only after the flush, so a receipt is never ahead of the disk. */
export function toAnswers(decisions: readonly Decision[], durability: Receipt['durability']): Answer[] {
  return decisions.map((decision) =>
    decision.type === 'refused'
      ? { error: decision.error }
      : { receipt: receiptOf(decision.record, decision.type === 'duplicate', logged(decision) ? durability : 'none') },
  );
}

/** What an atomic unit lost was decided, but has no position: nothing of it is on the disk. */
function logged(decision: Decision): boolean {
  return decision.type === 'refused' || decision.record.position > 0;
}

/** The receipt of an answer. Throws the error that it holds instead. */
export function receiptOrThrow(answer: Answer): Receipt {
  if ('error' in answer) throw answer.error;
  return answer.receipt;
}
