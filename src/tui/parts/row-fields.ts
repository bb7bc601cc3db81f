import { given } from '../../core/base/given.ts';
import type { SessionReading, StateReading, StuckSession } from '../../index.ts';
import type { Fields } from '../list/row-filter.ts';

/**
 * The fields by which a session is found, the same in every list; `time` is now, in ms since 1970. `stuck` and `since` tell
 * for how long it has its status, `owner` and `operator` who leads it, or did last.
 */
export function sessionFields(session: SessionReading, time: number): Fields {
  const { id, themeName: theme, status, order = '', error = '', operator = '', attempts } = session;
  const since = time - session.since;
  return { id, theme, status, order, error, owner: operator, operator, attempts, since, stuck: since };
}

/** The fields by which a session that is stuck is found: those of any other, and why it is stuck. */
export function stuckFields({ session, reason, detail, age, owner }: StuckSession, time: number): Fields {
  const fields = sessionFields(session, time);
  return { ...fields, reason, detail, stuck: age, ...given({ owner }) };
}

/** The fields by which a state is found. */
export function stateFields({ key, kind, owner, version, position }: StateReading): Fields {
  return { key, kind, owner: owner?.id ?? '', version, position };
}
