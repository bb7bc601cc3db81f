import type { Rejection } from '../core/fold/rejection.ts';
import { isSuspended, refuseSuspended, type Session, sessionIn, sessionKey } from '../core/fold/session.ts';
import type { SessionStep } from '../core/log/operation.ts';
import type { Stage } from './3-stage.ts';

/**
 * Why an operation may not be done to a session that is suspended, or undefined: its origin may still lead it. `session resume`
 * alone brings it back; and no other error takes the place of the one that says so. One that would wake it only in passing
 * (`only`) leaves it as it is.
 *
 * Rejections: SESSION_BUSY.
 */
export function findSuspended(stage: Stage, step: SessionStep): Rejection | undefined {
  const ends = step.op === 'ready' ? !step.only && !step.resume : step.op === 'park';
  const session = ends ? sessionIn(stage.state(sessionKey(step.session))) : undefined;
  return session && isSuspended(session) ? refuseSuspended(step.session) : undefined;
}

/** Whether an operation that passes some by leaves this session as it is. */
export function isPassedBy(step: SessionStep, session: Session | undefined): boolean {
  if (step.op !== 'ready' || !step.only) return false;
  return !session || !step.only.includes(session.status) || isSuspended(session);
}
