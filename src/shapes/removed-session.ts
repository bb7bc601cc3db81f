import type { JsonObject } from '../core/base/json.ts';
import { type RemovedSession, toTime } from '../index.ts';

/** A session that is no more, as JSON. */
export function toRemovedJson({ session, position, time }: RemovedSession): JsonObject {
  return { v: 1, session, removed: true, position: String(position), time: toTime(time) };
}
