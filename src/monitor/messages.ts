import { serviceOfTheme } from '../core/app/parcel.ts';
import { type Saga, type StepSide, stepKey } from '../core/app/saga.ts';
import { given } from '../core/base/given.ts';
import { sagaInSteps } from '../sagas/read/load-saga.ts';
import type { SessionHost } from '../sessions/host/session-host.ts';
import { readSession, type SessionReading } from '../sessions/read/read-session.ts';

/** A message of a saga that has not been done with: the session that carries it. */
export interface MessageUnderWay {
  readonly step: string;
  readonly side: StepSide;
  /** The service that it is for, while it has not been delivered; undefined of one for a queue of this environment. */
  readonly service?: string;
  readonly session: SessionReading;
}

/** Attempts of one step whose messages are looked for: the newest. */
const attemptsLookedFor = 10;

/** The messages of a saga that are on their way, or wait for an answer, in the order of its steps. */
export async function readMessages(
  host: SessionHost,
  id: string,
  signal?: AbortSignal,
): Promise<readonly MessageUnderWay[]> {
  return host.readSteps(function* (cut) {
    const found = yield* sagaInSteps(cut, id);
    const messages: MessageUnderWay[] = [];
    for (const { step, side, name } of found ? namesOf(found.saga) : []) {
      yield;
      const session = readSession(cut, name);
      if (session) messages.push({ step, side, session, ...given({ service: serviceOfTheme(session.themeName) }) });
    }
    return messages;
  }, signal);
}

/** The names that messages of a saga have: the key of the step, and one more for each time that it was asked again. */
function* namesOf({ id, steps }: Saga) {
  for (const { name: step, ...sides } of steps.values()) {
    for (const side of ['do', 'undo'] as const) {
      const { begun, round } = sides[side];
      if (begun === 0) continue;
      const key = stepKey(id, step, { side, round });
      yield { step, side, name: key };
      for (let n = Math.max(2, begun - attemptsLookedFor); n <= begun; n++) yield { step, side, name: `${key}#${n}` };
    }
  }
}
