import { assert } from '../../core/base/assert.ts';
import { type ErrorCode, isErrorCode } from '../../core/base/error-codes.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import type { Rejection } from '../../core/fold/rejection.ts';
import type { OperationResult } from '../../core/log/operation.ts';
import type { Done } from '../../shapes/session.ts';
import { printable } from '../../text/printable.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { standingText } from '../print/session-text.ts';

const hints: Partial<Record<ErrorCode, string>> = {
  SESSION_ACTIVE: 'Name the --epoch of your own lead; or take it away from its operator with --force.',
  SESSION_FENCED: 'Another lead came after, or the turn is over: nothing was done.',
};

/** Returns the result of an operation. Errors: its refusal, SESSION_GONE, SESSION_FENCED, SESSION_ACTIVE or SESSION_BUSY. */
export function operationOrThrow(result: OperationResult, session: string): Done {
  if (result.ok) return result;
  assert(!result.idle, 'only a lead finds nothing to do');
  throw refusedError(result.rejection, session);
}

/** The refusal of an operation as an error of its code, with what to do next. */
export function refusedError({ code, reason }: Rejection, session: string): TxlogError {
  assert(isErrorCode(code), `a session is refused with a known code, not ${code}`);
  const word = shellQuote(session);
  const next = code === 'SESSION_GONE' ? `txlog log --session ${word}` : `txlog session show ${word}`;
  const hint = hints[code];
  return new TxlogError(code, reason, { ...given({ hint }), next: [next] });
}

/** The same for people, in one line. */
export function formatDone(op: string, { session, position, duplicate, now }: Done): string {
  const earlier = duplicate ? ' (an earlier one of this id)' : '';
  return `${op} ${printable(session)} at position ${position}${earlier}: ${standingText(now)}`;
}
