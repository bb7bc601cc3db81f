import type { JsonObject } from '../core/base/json.ts';
import { type OriginStatus, toTime } from '../index.ts';

/** Where an environment stands towards one that it takes dumps from, as JSON. */
export function toOriginJson({ heard, lag, ...origin }: OriginStatus): JsonObject {
  return { ...origin, lag: { ...lag }, heard: toTime(heard) };
}
