import type { JsonObject } from '../core/base/json.ts';
import { type Enqueued, toTime } from '../index.ts';

/** A request that waits in its queue. */
export type Accepted = Extract<Enqueued, { readonly session: string }>;

/** A request that waits in its queue, as JSON: what stands for its receipt until it is decided. */
export function toAcceptedJson({ id, session, position, time, duplicate, durability }: Accepted): JsonObject {
  return {
    ...{ v: 1, id, outcome: 'accepted', session },
    ...{ position: String(position), time: toTime(time), duplicate, durability },
  };
}
