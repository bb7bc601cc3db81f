import { given, ifGiven } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import { type HistoryEntry, type StateReading, toTime } from '../index.ts';

/** A state as JSON: what `get`, `state` and `inspect` print. */
export function toStateJson(state: StateReading): JsonObject {
  const { key, kind, value, version, position, owner, pending, applied } = state;
  return {
    v: 1,
    key,
    kind,
    value,
    version,
    position: String(position),
    ...given({
      owner: ifGiven(owner, (owner) => ({ id: owner.id, position: String(owner.position) })),
      pending: ifGiven(pending, (pending) => ({ until: toTime(pending.until), expired: pending.expired })),
      applied,
    }),
  };
}

/** One transaction in the life of a key, as far as it is shown. */
export interface ShownHistory extends Omit<HistoryEntry, 'record'> {
  readonly record: Pick<HistoryEntry['record'], 'position' | 'id' | 'type' | 'time' | 'changes'>;
}

/** One transaction in the life of a key as JSON. */
export function toHistoryJson(key: string, { record, before, after }: ShownHistory): JsonObject {
  const { position, id, type, time, changes } = record;
  return {
    position: String(position),
    id,
    type,
    time: toTime(time),
    ops: changes.filter((change) => change.key === key).map(({ op }) => op),
    ...given({ before: ifGiven(before, toStateJson), after: ifGiven(after, toStateJson) }),
  };
}
