import { assert } from '../base/assert.ts';
import { type ErrorCode, isErrorCode } from '../base/error-codes.ts';
import { TxlogError } from '../base/errors.ts';
import { given } from '../base/given.ts';
import { shellWord } from '../base/shell-word.ts';
import type { Rejection } from '../fold/rejection.ts';

const hints: Partial<Record<ErrorCode, string>> = {
  SESSION_ACTIVE: 'Name the --epoch of your own lead; or take it away from its operator with --force.',
  SESSION_FENCED: 'Another lead came after, or the turn is over: nothing was done.',
};

/** The refusal of an operation on a session as an error of its code, with what to do next. */
export function refusedError({ code, reason }: Rejection, session: string): TxlogError {
  assert(isErrorCode(code), `a session is refused with a known code, not ${code}`);
  const word = shellWord(session);
  const next = code === 'SESSION_GONE' ? `txlog log --session ${word}` : `txlog session show ${word}`;
  const hint = hints[code];
  return new TxlogError(code, reason, { ...given({ hint }), next: [next] });
}
