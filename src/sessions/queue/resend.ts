import { sagaOfTheme } from '../../core/app/saga.ts';
import { present } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import { shellWord } from '../../core/base/shell-word.ts';
import { sessionKey } from '../../core/fold/session.ts';
import type { NewSession, OperationResult } from '../../core/log/operation.ts';
import { checkName } from '../../core/log/session-input.ts';
import { chunkAt } from '../../pipeline/3-queued-request.ts';
import { resultOrThrow } from '../../pipeline/7-respond.ts';
import type { Cut } from '../../view/cut.ts';
import type { Steps } from '../../view/turns.ts';
import type { BulkBy } from '../bulk/bulk-plan.ts';
import type { SessionHost } from '../host/session-host.ts';
import { type SessionReading, sessionInSteps } from '../read/read-session.ts';

/**
 * Does the work of a session that was removed once more: a new session, ID/resend, with the theme, the order key and the data
 * that the first one began with, or that a person put in their place. The same again is the same new session.
 *
 * Errors: SESSION_GONE when there never was one; SESSION_BUSY of one that is still there; SAGA_STATE of a saga.
 */
export async function resend(host: SessionHost, id: string, { reason, actor }: BulkBy): Promise<OperationResult> {
  const made = await host.readSteps((cut) => againOf(cut, id));
  const [answer] = await host.process([{ ...made, ...given({ reason, actor }) }]);
  return resultOrThrow(present(answer, 'answer'));
}

function* againOf(cut: Cut, id: string): Steps<NewSession> {
  const last = yield* lastOf(cut, id);
  const { themeName, from, order } = last;
  if (sagaOfTheme(themeName) !== undefined) throw isSaga(id);
  const chunk = present(chunkAt(cut.record(from), sessionKey(id)), 'data of a session');
  const session = checkName('id', `${id}/resend`);
  return { op: 'new', session, theme: themeName, chunk, ...given({ order }), links: { causation: id } };
}

/** The session as it was before its removal. */
function* lastOf(cut: Cut, id: string): Steps<SessionReading> {
  const now = yield* sessionInSteps(cut, id);
  if (now) throw isThere(now);
  const end = cut.state(sessionKey(id))?.position;
  const last = end === undefined ? undefined : yield* sessionInSteps(cut, id, end - 1);
  if (last) return last;
  throw new TxlogError('SESSION_GONE', `there was no session ${id}`, { next: ['txlog log --type txlog.session'] });
}

function isThere({ id, status, themeName }: SessionReading): TxlogError {
  const isOfSaga = sagaOfTheme(themeName) !== undefined;
  const next = isOfSaga ? `txlog saga retry ${shellWord(id)} --reason "…"` : `txlog session retry ${shellWord(id)}`;
  return new TxlogError('SESSION_BUSY', `session ${id} is not over, it is ${status}: it goes on itself`, {
    hint: 'Nothing was done. Only the work of a session that was removed is done once more by another one.',
    next: [next],
  });
}

function isSaga(id: string): TxlogError {
  const word = shellWord(id);
  return new TxlogError('SAGA_STATE', `session ${id} is a saga that has ended`, {
    hint: 'Its steps are done or undone for good. The message of a step is a session of its own, ID/STEP, and can be sent again.',
    next: [`txlog saga show ${word}`, `txlog session resend ${word}/STEP --reason "…"`],
  });
}
