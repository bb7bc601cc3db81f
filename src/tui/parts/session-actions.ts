import { sagaOfTheme } from '../../core/app/saga.ts';
import { given } from '../../core/base/given.ts';
import { isSuspended } from '../../core/fold/session.ts';
import type { SagaReading, Session, SessionReading } from '../../index.ts';
import type { Action, Verb } from '../model/action.ts';

const verbsOfSession: Readonly<Record<Session['status'], readonly Verb[]>> = {
  active: ['retry', 'take over'],
  parked: ['unpark', 'remove'],
  stored: ['retry', 'store', 'park', 'remove'],
  ready: ['store', 'park', 'remove'],
  behind: ['store', 'park', 'remove'],
};

// A saga goes on by its own words: to remove its session would leave it without an end, and its steps not undone. Of one that is
// about to be led no step fails that could be skipped.
const verbsOfSaga: Readonly<Record<Session['status'], readonly Verb[]>> = {
  active: ['retry', 'take over', 'skip step', 'compensate', 'force done', 'force compensated'],
  parked: ['retry saga', 'skip step', 'compensate', 'force done', 'force compensated'],
  stored: ['retry saga', 'skip step', 'compensate', 'force done', 'force compensated', 'park'],
  ready: ['compensate', 'force done', 'force compensated', 'park'],
  behind: ['compensate', 'force done', 'force compensated', 'park'],
};

/** The actions that can be done to a session, or to the saga that it is, as it stands. */
export function sessionActions({
  id,
  status,
  themeName,
  phase,
  error,
}: Pick<SessionReading, 'id' | 'status' | 'themeName' | 'phase' | 'error'>): readonly Action[] {
  const isSaga = sagaOfTheme(themeName) !== undefined;
  // Its origin may still lead it: `session resume` alone brings it back.
  if (isSuspended({ status, ...given({ error }) })) return actionsOn(id, isSaga ? [] : ['remove']);
  const verbs = (isSaga ? verbsOfSaga : verbsOfSession)[status];
  return actionsOn(
    id,
    verbs.filter((verb) => verb !== 'compensate' || canTurnBack(phase)),
  );
}

/** The actions that can be done to a saga, also to one that has ended. */
export function sagaActions({ session, saga, phase }: SagaReading): readonly Action[] {
  if (session) return sessionActions(session);
  return actionsOn(saga.id, phase === 'done' && saga.undoes === undefined ? ['compensate'] : []);
}

/** Whether a saga that has not ended is on its way forth: its session is told of its phase once that changes. */
function canTurnBack(phase: string | undefined): boolean {
  return phase === undefined || phase === 'running';
}

function actionsOn(id: string, verbs: readonly Verb[]): readonly Action[] {
  return verbs.map((verb) => ({ verb, ids: [id] }));
}
