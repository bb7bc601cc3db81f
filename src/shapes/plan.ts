import { given, ifGiven } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import { type BuildReading, type PlanReading, toTime } from '../index.ts';

/** A plan that wrote nothing for so long is quiet, in ms: at a slow rate it may still be carried out. */
const quietMs = 10_000;

/**
 * Where a plan stands at a time, in ms since 1970. `ended`: its last target was done. `quiet`: nothing moved lately; whoever carried
 * it out was stopped, or is slow, or what was left was refused, of which nothing is in the log.
 */
export function stateOfPlan({ nth, of, time }: PlanReading, now: number): 'moving' | 'quiet' | 'ended' {
  if (nth !== undefined && nth === of) return 'ended';
  return now - time < quietMs ? 'moving' : 'quiet';
}

/** A plan as JSON, as of a time in ms since 1970. */
export function toPlanJson(plan: PlanReading, now: number): JsonObject {
  const { id, noun, does, nth, of, position, time, target, actor, reason } = plan;
  return {
    ...{ plan: id, noun, does, state: stateOfPlan(plan, now), ...given({ nth, of }) },
    ...{ moved: toTime(time), position: String(position), target, ...given({ actor, reason }) },
  };
}

/** How far a plan is, in words: `120 of 340`; empty where its records do not tell. */
export function farOf({ nth, of }: Pick<PlanReading, 'nth' | 'of'>): string {
  return ifGiven(nth, (count) => `${count} of ${of}`) ?? '';
}

/** A build beside the environment as JSON. */
export function toBuildJson({ since, ...build }: BuildReading): JsonObject {
  return { ...build, since: toTime(since) };
}
