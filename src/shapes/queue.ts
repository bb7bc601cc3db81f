import { given, ifGiven } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import { type QueueReading, toTime } from '../index.ts';
import { toSessionJson } from './session.ts';

/** A queue as JSON. `now` is in ms since 1970. */
export function toQueueJson(queue: QueueReading, now: number): JsonObject {
  const { name, number, paused, counts, oldest, nextDue, rates, workers } = queue;
  const { ready, behind, active, stored, parked, created, removed } = counts;
  return {
    ...{ v: 1, theme: name, number, paused },
    ...{ ready, behind, active, stored, parked, created, removed },
    ...(oldest && { oldest: { session: oldest.id, due: toTime(oldest.due), ageMs: Math.max(0, now - oldest.due) } }),
    ...given({ nextDue: ifGiven(nextDue, toTime) }),
    ...{ inPerSecond: rates.in, outPerSecond: rates.out },
    workers: workers.map(({ operator, until }) => ({
      ...{ operator: operator.id, host: operator.host, process: operator.process },
      ...{ started: toTime(operator.started), until: toTime(until) },
    })),
  };
}

/** One queue as JSON, with what comes next. */
export function toQueuePageJson(queue: QueueReading, now: number): JsonObject {
  return { ...toQueueJson(queue, now), next: queue.next.map(toSessionJson) };
}
