import type { SessionReading, StateReading } from '../../index.ts';
import type { Fields } from '../list/row-filter.ts';

/** The fields by which a session of a queue is found; `time` is now, in ms since 1970. */
export function sessionFields(session: SessionReading, time: number): Fields {
  const { id, status, order = '', error = '', operator = '', attempts, since } = session;
  return { id, status, order, error, operator, attempts, since: time - since };
}

/** The fields by which a state is found. */
export function stateFields({ key, kind, owner, version, position }: StateReading): Fields {
  return { key, kind, owner: owner?.id ?? '', version, position };
}
