import type { JsonObject } from '../core/base/json.ts';
import { type Need, type Overview, toTime } from '../index.ts';
import { toOriginJson } from './origin.ts';
import { toBuildJson, toPlanJson } from './plan.ts';
import { toQueueJson } from './queue.ts';
import { toSagasJson } from './saga-counts.ts';
import { countStuck } from './session-counts.ts';

/** Seconds over which the present rate is told: one second alone says little. */
const rateSeconds = 10;

/** Records per second of the last ten seconds. */
export function rateOf({ throughput }: Pick<Overview, 'throughput'>): number {
  const last = throughput.slice(-rateSeconds);
  const sum = last.reduce((all, one) => all + one, 0);
  return Math.round((sum / Math.max(1, last.length)) * 10) / 10;
}

/** An overview as JSON: what monitoring reads. Sizes in bytes. */
export function toOverviewJson(overview: Overview): JsonObject {
  const { time, dir, unit, generation, head, counts, size, throughput, queues, workers, stuck } = overview;
  return {
    ...{ v: 1, time: toTime(time), dir, unit, generation },
    // Only needs of level bad count: a warning is as somebody wanted it.
    ok: !overview.needs.some(({ level }) => level === 'bad'),
    head: { position: String(head.position), ...(head.position !== 0 && { time: toTime(head.time) }) },
    ...{ committed: counts.committed, rejected: counts.rejected },
    ...{ fileBytes: size.fileBytes, usedBytes: size.usedBytes, mapBytes: size.mapBytes, readers: size.readers },
    ...{ perSecond: rateOf(overview), throughput: [...throughput], workers: workers.length },
    queues: queues.map((queue) => toQueueJson(queue, time)),
    stuck: { ...countStuck(stuck) },
    ...toSagasJson(overview.sagas),
    origins: overview.origins.map(toOriginJson),
    needs: overview.needs.map(toNeedJson),
    plans: overview.plans.map((plan) => toPlanJson(plan, time)),
    builds: overview.builds.map(toBuildJson),
  };
}

function toNeedJson({ level, about, text, age, next }: Need): JsonObject {
  return { level, ...about, text, ...(age !== undefined && { ageMs: Math.round(age) }), next: [next] };
}
