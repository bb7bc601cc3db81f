import { asSession, type Session, sessionOfKey } from '../../core/fold/session.ts';
import type { KeyReport, StateReading } from '../../index.ts';
import type { Colors } from '../../text/colors.ts';
import { printable, shorten } from '../../text/printable.ts';
import { timeText } from '../../text/time.ts';

/** How a session stands, for people, in few words; `gone` when there is none. */
export function standingText(session: Session | undefined, gone = 'removed'): string {
  if (!session) return gone;
  const { status, epoch, operator, due, error } = session;
  if (status === 'active') return `active, epoch ${epoch}, led by ${shorten(printable(operator ?? ''), 48)}`;
  if (status === 'stored') return `stored until ${timeText(due)}${error === undefined ? '' : ', its turn failed'}`;
  return status === 'parked' && error !== undefined ? `parked: ${shorten(printable(error), 60)}` : status;
}

/** The same where what brought it about stands beside it. */
export function statusText(session: Session | undefined): string {
  if (!session) return 'removed';
  return session.status === 'active' ? `active, epoch ${session.epoch}` : session.status;
}

/** The session in a state, as a reader of keys got it. */
export function sessionOfReading(state: StateReading | undefined): Session | undefined {
  return asSession(state?.value);
}

/** Formats the operation of a record on a session, for people. */
export function sessionReportText({ key, before, after }: KeyReport, colors: Colors): string {
  const name = colors.key(`session ${printable(sessionOfKey(key) ?? key)}`);
  return `${name}  ${standingText(sessionOfReading(before), '(none)')} → ${standingText(sessionOfReading(after))}`;
}
