import { isEngineKey } from '../fold/session.ts';
import type { Outcome, StoredRecord } from './record.ts';

/** Which records of the log are wanted. All that is given must hold. */
export interface RecordFilter {
  readonly types?: readonly string[];
  readonly outcome?: Outcome;
  /** Records that name this key in a change, or were rejected for it. */
  readonly key?: string;
  readonly prefix?: string;
  /** Times in ms since 1970: `since` included, `until` not. */
  readonly since?: number;
  readonly until?: number;
  /** Positions, both included. */
  readonly from?: number;
  readonly to?: number;
  /** Any further condition, on the whole record. */
  where?(record: StoredRecord): boolean;
}

/** Whether a record passes all of a filter: the definition, whatever index was used to find it. */
export function matches(filter: RecordFilter, record: StoredRecord): boolean {
  if (filter.types && !filter.types.includes(record.type)) return false;
  if (filter.outcome && record.outcome !== filter.outcome) return false;
  if (filter.since !== undefined && record.time < filter.since) return false;
  if (filter.until !== undefined && record.time >= filter.until) return false;
  if (filter.from !== undefined && record.position < filter.from) return false;
  if (filter.to !== undefined && record.position > filter.to) return false;
  if (!namesKey(filter, record)) return false;
  return filter.where?.(record) ?? true;
}

function namesKey({ key, prefix }: RecordFilter, record: StoredRecord): boolean {
  if (key === undefined && prefix === undefined) return true;
  const isMeant = (name: string) =>
    key === undefined
      ? !isEngineKey(name) && name.startsWith(prefix ?? '')
      : name === key && name.startsWith(prefix ?? '');
  return record.changes.some((change) => isMeant(change.key)) || isMeant(record.rejection?.key ?? '');
}
