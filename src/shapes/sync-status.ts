import { given, ifGiven } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import { type SyncStatus, toTime } from '../index.ts';
import { toOriginJson } from './origin.ts';

/** Where an environment stands, as JSON. */
export function toSyncStatusJson({ unit, cursor, mirror, origins }: SyncStatus): JsonObject {
  return {
    v: 1,
    unit,
    cursor,
    ...given({ mirror: ifGiven(mirror, (mirror) => ({ origin: mirror.origin, since: toTime(mirror.since) })) }),
    origins: origins.map(toOriginJson),
  };
}
