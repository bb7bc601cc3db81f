import { assert } from '../../core/base/assert.ts';
import type { OperationResult } from '../../core/log/operation.ts';
import { refusedError } from '../../core/log/refused-operation.ts';
import type { Done } from '../../shapes/session.ts';
import { printable } from '../../text/printable.ts';
import { standingText } from '../print/session-text.ts';

/** Returns the result of an operation. Errors: its refusal, SESSION_GONE, SESSION_FENCED, SESSION_ACTIVE or SESSION_BUSY. */
export function operationOrThrow(result: OperationResult, session: string): Done {
  if (result.ok) return result;
  assert(!result.idle, 'only a lead finds nothing to do');
  throw refusedError(result.rejection, session);
}

/** The same for people, in one line. */
export function formatDone(op: string, { session, position, duplicate, now }: Done): string {
  const earlier = duplicate ? ' (an earlier one of this id)' : '';
  return `${op} ${printable(session)} at position ${position}${earlier}: ${standingText(now)}`;
}
