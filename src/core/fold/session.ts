import type { JsonObject, JsonValue } from '../base/json.ts';
import { type Rejection, reject } from './rejection.ts';
import type { State } from './state.ts';

/**
 * Where a live session stands: `ready` to be led, `behind` another session of its order key, `active` under an operator,
 * `stored` until it is due, `parked` until a person sees to it. A removed session is a state that does not exist.
 */
export type SessionStatus = 'ready' | 'behind' | 'active' | 'stored' | 'parked';

/** All statuses, in the order in which people read them. */
export const sessionStatuses: readonly SessionStatus[] = ['ready', 'behind', 'active', 'stored', 'parked'];

/**
 * The value of a session's state: a durable work item as of a position. Its data stay in the log, in the records that
 * brought them. Times are in ms since 1970.
 */
export interface Session {
  /** Number of its theme. */
  readonly theme: number;
  readonly status: SessionStatus;
  /** Rises with each lead: what an earlier operator still wants to do is refused. */
  readonly epoch: number;
  /** Leads since a turn last ended well. */
  readonly attempts: number;
  /** Position and time of its first record. */
  readonly created: number;
  readonly createdAt: number;
  /** Since when it has its status. */
  readonly since: number;
  /** When it may be led next. */
  readonly due: number;
  /** Sessions of one theme and order key run one after another. */
  readonly order?: string;
  /** Position of the record with its first chunk of data. */
  readonly from: number;
  readonly chunks: number;
  /** Bytes of its data, as JSON text or binary. */
  readonly bytes: number;
  /** The operator that leads it, or did last, and for how many seconds without a sign of life. */
  readonly operator?: string;
  readonly lease?: number;
  /** Why its last turn failed. */
  readonly error?: string;
  /** Where the work that it stands for has come to, in a word of whoever leads it. */
  readonly phase?: string;
  /** Where it comes from. */
  readonly correlation?: string;
  readonly causation?: string;
  readonly traceparent?: string;
}

/** A chunk of a session's data: JSON, or bytes as base64. */
export type Chunk = { readonly data: JsonValue } | { readonly base64: string };

/** Changes that only session operations make; they hold whatever becomes of the request that they stand beside. */
export const sessionOps = [
  'session.new',
  'session.lead',
  'session.append',
  'session.replace',
  'session.store',
  'session.remove',
  'session.park',
  'session.ready',
  'session.turn',
] as const;

/** One of the operations above. */
export type SessionOp = (typeof sessionOps)[number];

const allSessionOps: ReadonlySet<string> = new Set(sessionOps);

/** Whether an operation of the log is one on a session. */
export function isSessionOp(op: string): op is SessionOp {
  return allSessionOps.has(op);
}

// No key of a user holds a control character: engine and users cannot meet.
const sessionPrefix = '\u0001';
const themePrefix = '\u0002';

/** Key of the state of a session. */
export function sessionKey(id: string): string {
  return sessionPrefix + id;
}

/** Key of the shared state that registers a theme. */
export function themeKey(name: string): string {
  return themePrefix + name;
}

/** Prefix of `themeKey`. */
export const themeKeys: string = themePrefix;

/** The session that a key belongs to, if it is one of `sessionKey`. */
export function sessionOfKey(key: string): string | undefined {
  return key.startsWith(sessionPrefix) ? key.slice(1) : undefined;
}

/** The theme that a key registers, if it is one of `themeKey`. */
export function themeOfKey(key: string): string | undefined {
  return key.startsWith(themePrefix) ? key.slice(1) : undefined;
}

/** Whether a key is the engine's own, out of users' reach. */
export function isEngineKey(key: string): boolean {
  return key < ' ';
}

/** The session that a state holds, unless it was removed. */
export function sessionIn(state: State | undefined): Session | undefined {
  return state?.exists ? asSession(state.value) : undefined;
}

/** The session in a state's value. */
export function asSession(value: JsonValue | undefined): Session | undefined {
  return value as unknown as Session | undefined;
}

const sessionNumbers = [
  'theme',
  'epoch',
  'attempts',
  'created',
  'createdAt',
  'since',
  'due',
  'from',
  'chunks',
  'bytes',
];

/** Whether a value has the fields that every session has. */
export function isSession(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const fields = value as JsonObject;
  return (
    sessionStatuses.includes(fields.status as SessionStatus) &&
    sessionNumbers.every((name) => Number.isSafeInteger(fields[name]) && (fields[name] as number) >= 0)
  );
}

/** A session as the value of its state. */
export function fromSession(session: Session): JsonObject {
  return session as unknown as JsonObject;
}

/** A theme as its state keeps it. */
export interface ThemeEntry {
  readonly number: number;
  /** While true, no session of it is led, unless someone names it. */
  readonly paused?: boolean;
}

/** How the error of a session begins that waits to be resumed, because it may still be led where it comes from. */
export const suspendedPrefix = 'suspended: it came from ';

/** Whether a session was suspended when its mirror was promoted: `session resume` alone brings it back. */
export function isSuspended({ status, error }: Pick<Session, 'status' | 'error'>): boolean {
  return status === 'parked' && error !== undefined && error.startsWith(suspendedPrefix);
}

/** The refusal of what would bring a suspended session back otherwise. */
export function refuseSuspended(id: string): Rejection {
  const reason = `session ${id} is suspended: its origin may still lead it, and \`session resume\` brings it back`;
  return reject('SESSION_BUSY', reason);
}
