import { assert, assertNever } from '../base/assert.ts';
import { given } from '../base/given.ts';
import type { JsonObject } from '../base/json.ts';
import type { Change } from './change.ts';
import { type Rejection, reject } from './rejection.ts';
import { type Chunk, isSessionOp, type Session, type SessionOp, sessionIn, sessionOfKey } from './session.ts';
import type { State } from './state.ts';

/** The result of a session operation: the session, undefined once it is removed, or why it cannot be done. */
export type FoldedSession =
  | { readonly ok: true; readonly session: Session | undefined }
  | { readonly ok: false; readonly rejection: Rejection };

/** The fields of an operation's value, besides a chunk. */
interface Details {
  readonly theme?: number;
  readonly due?: number;
  readonly order?: string;
  readonly behind?: boolean;
  /** The lead that the operation belongs to. */
  readonly epoch?: number;
  /** Done without being the operator: a person or the engine takes the session away. */
  readonly force?: boolean;
  readonly operator?: string;
  readonly lease?: number;
  readonly error?: string;
  /** The turn was ended from outside. */
  readonly interrupted?: boolean;
  readonly bytes?: number;
  readonly phase?: string;
  /** Where a new one comes from. */
  readonly correlation?: string;
  readonly causation?: string;
  readonly traceparent?: string;
}

interface At {
  readonly position: number;
  readonly time: number;
}

/**
 * Applies one operation to one session: the only place that says what an operation means.
 *
 * Errors: none are thrown. Rejections: SESSION_EXISTS; SESSION_GONE; SESSION_FENCED when it names another lead than the
 * present one; SESSION_ACTIVE when it names none and the session is led; SESSION_BUSY when it cannot be led, or stored,
 * as it is now.
 */
export function foldSession(state: State, change: Change, at: At): FoldedSession {
  const details = (change.value ?? {}) as Details;
  const { op } = change;
  assert(isSessionOp(op), `${op} is no operation on a session`);
  const session = sessionIn(state);
  if (op === 'session.new') return state.version > 0 ? exists(change.key) : kept(begin(details, at));
  if (!session) return refuse('SESSION_GONE', change.key, 'was removed, or never was');
  const refused = op === 'session.lead' || op === 'session.turn' ? undefined : barrier(session, change.key, details);
  if (refused) return refused;
  const { phase } = details;
  return next({ op, key: change.key }, phase === undefined ? session : { ...session, phase }, { details, at });
}

function exists(key: string): FoldedSession {
  return refuse('SESSION_EXISTS', key, 'exists already');
}

function begin(details: Details, { position, time }: At): Session {
  const { theme = 0, due, order, behind, bytes = 0, correlation, causation, traceparent } = details;
  const session: Session = {
    theme,
    status: behind ? 'behind' : waiting(due, time),
    epoch: 0,
    attempts: 0,
    created: position,
    createdAt: time,
    since: time,
    due: due ?? time,
    from: position,
    chunks: 1,
    bytes,
  };
  return { ...session, ...given({ order, correlation, causation, traceparent }) };
}

function waiting(due: number | undefined, time: number): 'ready' | 'stored' {
  return due !== undefined && due > time ? 'stored' : 'ready';
}

/** The leader names its lead; nobody else may touch a session that is led. */
function barrier(session: Session, key: string, { epoch, force }: Details): FoldedSession | undefined {
  if (epoch !== undefined) {
    if (session.status === 'active' && session.epoch === epoch) return undefined;
    const now = session.status === 'active' ? `epoch ${session.epoch} leads it now` : `it is ${session.status}`;
    return refuse('SESSION_FENCED', key, `is not led in epoch ${epoch} any more: ${now}`);
  }
  if (session.status !== 'active' || force) return undefined;
  return refuse('SESSION_ACTIVE', key, `is led by ${session.operator} in epoch ${session.epoch}`);
}

interface Step {
  readonly op: Exclude<SessionOp, 'session.new'>;
  readonly key: string;
}

function next(
  change: Step,
  session: Session,
  { details, at }: { readonly details: Details; readonly at: At },
): FoldedSession {
  switch (change.op) {
    case 'session.lead':
      return lead(session, details, { key: change.key, time: at.time });
    case 'session.append':
      return kept({ ...session, chunks: session.chunks + 1, bytes: session.bytes + (details.bytes ?? 0) });
    case 'session.replace':
      return kept({ ...session, from: at.position, chunks: 1, bytes: details.bytes ?? 0 });
    case 'session.store':
      if (session.status === 'parked') return refuse('SESSION_BUSY', change.key, 'cannot be stored: it is parked');
      return kept(store(session, details, at));
    case 'session.park':
      return kept({ ...withError(session, details.error), status: 'parked', since: at.time });
    case 'session.ready': {
      const status = details.behind ? 'behind' : 'ready';
      return kept({ ...session, status, attempts: 0, since: at.time, due: details.due ?? at.time });
    }
    case 'session.turn':
      return kept({ ...session, status: waiting(session.due, at.time), since: at.time });
    case 'session.remove':
      return { ok: true, session: undefined };
    default:
      return assertNever(change.op);
  }
}

function lead(
  session: Session,
  { operator = '', lease = 0 }: Details,
  { key, time }: { readonly key: string; readonly time: number },
): FoldedSession {
  const { status, epoch, attempts } = session;
  if (status !== 'ready' && status !== 'stored') {
    const why = status === 'active' ? `led by ${session.operator} in epoch ${epoch}` : status;
    return refuse('SESSION_BUSY', key, `cannot be led: it is ${why}`);
  }
  return kept({ ...session, status: 'active', epoch: epoch + 1, attempts: attempts + 1, since: time, operator, lease });
}

function store(session: Session, details: Details, { time }: At): Session {
  const status = session.status === 'behind' ? 'behind' : 'stored';
  return { ...ended(session, details), status, since: time, due: details.due ?? time };
}

/** A turn that ended well begins to count anew; one that was ended from outside counts for nothing. */
function ended(session: Session, { error, interrupted }: Details): Session {
  const { status, attempts } = session;
  if (interrupted) {
    const uncounted = status === 'active' ? { ...session, attempts: attempts - 1 } : session;
    return error === undefined ? uncounted : withError(uncounted, error);
  }
  return error === undefined ? { ...withError(session, undefined), attempts: 0 } : withError(session, error);
}

function withError({ error: _, ...session }: Session, error: string | undefined): Session {
  return error === undefined ? session : { ...session, error };
}

function kept(session: Session): FoldedSession {
  return { ok: true, session };
}

function refuse(code: string, key: string, reason: string): FoldedSession {
  return { ok: false, rejection: reject(code, `session ${sessionOfKey(key)} ${reason}`) };
}

/** The chunk that an operation brought, if it is one that does. */
export function chunkOf({ op, value }: Change): Chunk | undefined {
  if (op !== 'session.new' && op !== 'session.append' && op !== 'session.replace') return undefined;
  const { data, base64 } = value as JsonObject;
  return typeof base64 === 'string' ? { base64 } : { data: data ?? null };
}
