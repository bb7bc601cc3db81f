import { given, ifGiven } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import { toRejectionJson, toTime } from '../index.ts';
import type { KeyEntry, KeyPage, RejectedRecord } from '../pages/key.ts';
import { toStateJson } from './state.ts';

/** A key and a page of its history as JSON. */
export function toKeyPageJson({ key, state, entries, earlier, next, rejections }: KeyPage): JsonObject {
  return {
    v: 1,
    kind: 'key',
    key,
    ...given({ state: ifGiven(state, toStateJson) }),
    history: entries.map(toEntryJson),
    earlier,
    ...given({ next: ifGiven(next, String) }),
    rejections: rejections.map(toRejectedJson),
  };
}

function toEntryJson({ position, id, type, time, ops, before, after, compensatedBy }: KeyEntry): JsonObject {
  return {
    position: String(position),
    id,
    type,
    time: toTime(time),
    ops,
    ...given({
      before: ifGiven(before, toStateJson),
      after: ifGiven(after, toStateJson),
      compensatedBy: ifGiven(compensatedBy, String),
    }),
  };
}

function toRejectedJson({ position, id, type, time, rejection }: RejectedRecord): JsonObject {
  return {
    position: String(position),
    id,
    type,
    time: toTime(time),
    ...given({ rejection: ifGiven(rejection, toRejectionJson) }),
  };
}
