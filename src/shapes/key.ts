import type { JsonObject } from '../core/base/json.ts';
import { type StoredRecord, toRejectionJson, toTime } from '../index.ts';
import type { KeyEntry, KeyPage } from '../pages/key.ts';
import { toStateJson } from './state.ts';

/** A key and a page of its history as JSON. */
export function toKeyPageJson({ key, state, entries, earlier, next, rejections }: KeyPage): JsonObject {
  return {
    v: 1,
    kind: 'key',
    key,
    ...(state ? { state: toStateJson(state) } : {}),
    history: entries.map(toEntryJson),
    earlier,
    ...(next === undefined ? {} : { next: String(next) }),
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
    ...(before ? { before: toStateJson(before) } : {}),
    ...(after ? { after: toStateJson(after) } : {}),
    ...(compensatedBy === undefined ? {} : { compensatedBy: String(compensatedBy) }),
  };
}

function toRejectedJson({ position, id, type, time, rejection }: StoredRecord): JsonObject {
  return {
    position: String(position),
    id,
    type,
    time: toTime(time),
    ...(rejection ? { rejection: toRejectionJson(rejection) } : {}),
  };
}
