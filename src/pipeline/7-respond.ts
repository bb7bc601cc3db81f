import { assert, assertNever } from '../core/base/assert.ts';
import { sessionIn, type ThemeEntry, themeOfKey } from '../core/fold/session.ts';
import type { OperationResult } from '../core/log/operation.ts';
import { type Receipt, receiptOf } from '../core/log/receipt.ts';
import type { TaskAnswer } from './2-batch.ts';
import type { TaskDecision } from './3-decide.ts';

type Operated = Extract<TaskDecision, { readonly type: 'operated' }>;

/** Step 7: turns decisions into answers. Called only after the flush, so a receipt is never ahead of the disk. */
export function toAnswers(decisions: readonly TaskDecision[], durability: Receipt['durability']): TaskAnswer[] {
  return decisions.map((decision) => {
    switch (decision.type) {
      case 'refused':
        return { type: 'error', error: decision.error };
      case 'denied':
        return { type: 'refusal', refusal: decision.rejection };
      case 'idle':
        return { type: 'operation', operation: { ok: false, idle: true, due: decision.due } };
      case 'operated':
        return { type: 'operation', operation: resultOf(decision, durability) };
      case 'staged':
      case 'duplicate': {
        // A task of an aborted atomic unit was decided, but has no position: nothing of it is on the disk.
        const logged = decision.record.position > 0;
        const isDuplicate = decision.type === 'duplicate';
        return { type: 'receipt', receipt: receiptOf(decision.record, isDuplicate, logged ? durability : 'none') };
      }
      default:
        return assertNever(decision);
    }
  });
}

function resultOf(decision: Operated, durability: Receipt['durability']): OperationResult {
  const { record, session, state, duplicate } = decision;
  const { position, time } = record;
  const done = { ok: true, session, position, time, duplicate, durability } as const;
  if (themeOfKey(state.key) !== undefined)
    return { ...done, now: undefined, theme: state.value as unknown as ThemeEntry };
  return { ...done, now: sessionIn(state) };
}

/** The receipt of an answer. Throws the error that it holds instead. */
export function receiptOrThrow(answer: TaskAnswer): Receipt {
  if (answer.type === 'error') throw answer.error;
  assert(answer.type === 'receipt', 'a request is answered with a receipt');
  return answer.receipt;
}

/** The result of an operation. Throws the error that its answer holds instead. */
export function resultOrThrow(answer: TaskAnswer): OperationResult {
  if (answer.type === 'error') throw answer.error;
  if (answer.type === 'refusal') return { ok: false, idle: false, rejection: answer.refusal };
  assert(answer.type === 'operation', 'an operation is answered with its result');
  return answer.operation;
}
