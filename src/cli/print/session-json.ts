import type { JsonObject } from '../../core/base/json.ts';
import type { Session } from '../../core/fold/session.ts';
import { type SessionReading, toTime } from '../../index.ts';

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
  const { chunks, bytes, operator, lease, error } = session;
  return {
    ...{ status, epoch, attempts },
    ...{ created: String(created), createdAt: toTime(createdAt), since: toTime(since), due: toTime(due) },
    ...(order === undefined ? {} : { order }),
    ...{ chunks, bytes },
    ...(operator === undefined ? {} : { operator }),
    ...(lease === undefined ? {} : { lease }),
    ...(error === undefined ? {} : { error }),
  };
}
