import { given, ifGiven } from '../core/base/given.ts';
import type { JsonObject, JsonValue } from '../core/base/json.ts';
import { asSession, type Session, sessionKey } from '../core/fold/session.ts';
import type { OperationResult } from '../core/log/operation.ts';
import { type Data, type SessionReading, type StuckSession, toTime } from '../index.ts';
import { type SessionPage, type SessionStepEntry, sessionAfter } from '../pages/session.ts';

/** A session as JSON: its header, without its data. */
export function toSessionJson(reading: SessionReading): JsonObject {
  const { id, themeName, theme, version, position } = reading;
  return {
    ...{ v: 1, session: id, theme: themeName, themeNumber: theme },
    ...toStandingJson(reading),
    ...{ version, position: String(position) },
  };
}

/** How a session stands, as JSON. */
export function toStandingJson(session: Session): JsonObject {
  const { status, epoch, attempts, created, createdAt, since, due, order } = session;
  const { chunks, bytes, operator, lease, error, correlation, causation, traceparent } = session;
  return {
    ...{ status, epoch, attempts },
    ...{ created: String(created), createdAt: toTime(createdAt), since: toTime(since), due: toTime(due) },
    ...given({ order }),
    ...{ chunks, bytes },
    ...given({ operator, lease, error, correlation, causation, traceparent }),
  };
}

/** A session that is led, with its data; or when the next one is due, in ms since 1970. */
export type LedOrDue =
  | { readonly session: SessionReading; readonly data: readonly Data[] }
  | { readonly session: undefined; readonly due: number | undefined };

/** A session that is led as JSON; `session` is null when there was none. */
export function toLedJson(led: LedOrDue): JsonObject {
  if (led.session) return { ...toSessionJson(led.session), ...toDataJson(led.data) };
  return { v: 1, session: null, ...given({ due: ifGiven(led.due, toTime) }) };
}

/** Data as JSON: bytes as text in base64, with the places of these in `binary`. */
export function toDataJson(data: readonly Data[]): JsonObject {
  const binary = data.flatMap((chunk, i) => (chunk instanceof Uint8Array ? [i] : []));
  return { data: data.map(chunkJson), ...(binary.length > 0 && { binary }) };
}

function chunkJson(chunk: Data): JsonValue {
  return chunk instanceof Uint8Array ? Buffer.from(chunk).toString('base64') : chunk;
}

/** An operation that was done. */
export type Done = Extract<OperationResult, { readonly ok: true }>;

/** The result of an operation as JSON. */
export function toOperationJson(op: string, done: Done): JsonObject {
  const { session, position, time, duplicate, durability, now } = done;
  return {
    ...{ v: 1, session, op, position: String(position), time: toTime(time), duplicate, durability },
    status: now?.status ?? 'removed',
    ...(now && { epoch: now.epoch, attempts: now.attempts, due: toTime(now.due) }),
  };
}

/** A session as JSON: its header, its data, what happened to it. */
export function toSessionPageJson(page: SessionPage): JsonObject {
  const { id, session, data, history, earlier, next, operator } = page;
  return {
    ...(session ? toSessionJson(session) : { v: 1, session: id, status: 'removed' }),
    ...(session && toDataJson(data)),
    ...given({ leaseState: ifGiven(operator, toLeaseJson) }),
    history: history.map((entry) => toStepJson(id, entry)),
    earlier,
    ...(earlier && given({ before: ifGiven(asSession(history[0]?.before?.value), toStandingJson) })),
    ...given({ next: ifGiven(next, String) }),
  };
}

function toLeaseJson(state: NonNullable<SessionPage['operator']>): JsonObject {
  const { alive, operator, until } = state;
  return {
    alive,
    ...(!state.alive && { why: state.why }),
    ...given({ until: ifGiven(until, toTime) }),
    ...(operator && { host: operator.host, process: operator.process }),
  };
}

function toStepJson(id: string, entry: SessionStepEntry): JsonObject {
  const { record } = entry;
  const after = sessionAfter(entry);
  const own = record.changes.filter(({ key }) => key === sessionKey(id));
  return {
    ...{ position: String(record.position), time: toTime(record.time), id: record.id, type: record.type },
    ops: own.map(({ op, value }) => ({ op, ...given({ value }) })),
    ...given({ actor: record.actor }),
    ...(record.type === 'txlog.session' && record.payload !== undefined && { payload: record.payload }),
    ...given({ after: ifGiven(after, toStandingJson) }),
  };
}

/** A stuck session as JSON: the session, and why it is stuck. */
export function toStuckJson(stuck: StuckSession): JsonObject {
  const { session, reason, detail, age, owner, nextTry } = stuck;
  return {
    ...toSessionJson(session),
    stuck: {
      ...{ reason, detail, ageMs: Math.round(age) },
      ...given({ owner, nextTry: ifGiven(nextTry, toTime) }),
    },
    next: [stuck.next],
  };
}
