import type { SagaEvent, SideProgress } from '../core/app/saga.ts';
import { given, ifGiven } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import { type Receipt, type SagaReading, type Started, toRejectionJson, toTime } from '../index.ts';
import type { ListedSaga } from '../pages/sagas.ts';

/** How often a side of a step was tried, over all that a person had tried anew. */
export function attemptsOf({ begun, status, endedAt }: SideProgress): number {
  // Work that one record began and ended was tried once.
  return begun === 0 && endedAt !== undefined && status !== 'skipped' ? 1 : begun;
}

/** All about a saga as JSON. */
export function toSagaJson({ saga, phase, session, outcome, log }: SagaReading): JsonObject {
  const { id, type, data, createdAt, itinerary = [], steps, error, problem, respond, undoes, forced } = saga;
  return {
    ...{ v: 1, saga: id, type, phase },
    ...(session && { status: session.status, position: String(session.position), due: toTime(session.due) }),
    ...(session?.order !== undefined && { order: session.order }),
    ...{ data, createdAt: toTime(createdAt) },
    ...given({ error, problem, respond, undoes, forced }),
    itinerary: itinerary.map((group) => [...group]),
    steps: [...steps.values()].map((step) => ({
      ...{ step: step.name, do: toSideJson(step.do), undo: toSideJson(step.undo) },
    })),
    events: log.map(({ event, position, time, actor, reason }) => ({
      ...{ position: String(position), time: toTime(time), ...toEventJson(event) },
      ...given({ actor, reason }),
    })),
    ...(outcome && { ended: toEndJson(outcome) }),
  };
}

function toEventJson(event: SagaEvent): JsonObject {
  const { due, ...rest } = event as SagaEvent & { readonly due?: number };
  return { ...(rest as unknown as JsonObject), ...given({ due: ifGiven(due, toTime) }) };
}

function toSideJson(side: SideProgress): JsonObject {
  const { status, round, maybe, error, due, beganAt, endedAt, result } = side;
  return {
    ...{ status, attempts: attemptsOf(side) },
    ...(round !== 0 && { round }),
    ...(maybe && { maybe }),
    ...given({
      error,
      due: ifGiven(due, toTime),
      beganAt: ifGiven(beganAt, toTime),
      endedAt: ifGiven(endedAt, toTime),
      result,
    }),
  };
}

function toEndJson({ position, time, rejection }: NonNullable<SagaReading['outcome']>): JsonObject {
  return {
    ...{ position: String(position), time: toTime(time) },
    ...given({ rejection: ifGiven(rejection, toRejectionJson) }),
  };
}

/** A saga in a list as JSON. */
export function toListedJson({ id, type, phase, status, createdAt, at, error, stuck, next }: ListedSaga): JsonObject {
  return {
    ...{ v: 1, saga: id, type, phase },
    ...given({ status }),
    ...{ createdAt: toTime(createdAt), [status === undefined ? 'endedAt' : 'due']: toTime(at) },
    ...given({
      error,
      stuck: ifGiven(stuck, (stuck) => ({ reason: stuck.reason, detail: stuck.detail, ageMs: Math.round(stuck.age) })),
      next: ifGiven(next, (next) => [next]),
    }),
  };
}

/** A saga that has ended. */
export type EndedSaga = SagaReading & { readonly outcome: Receipt };

/** How a saga ended, as JSON. */
export function toEndedJson({ saga, phase, outcome }: EndedSaga): JsonObject {
  const { position, time, durability, rejection } = outcome;
  return {
    ...{ v: 1, saga: saga.id, type: saga.type, phase },
    ...{ position: String(position), time: toTime(time), durability },
    ...given({ error: ifGiven(rejection, (rejection) => rejection.reason) }),
  };
}

/** The same as JSON. */
export function toStartedJson({ id, position, time, duplicate, durability }: Started, type: string): JsonObject {
  return {
    v: 1,
    saga: id,
    type,
    phase: 'running',
    position: String(position),
    time: toTime(time),
    duplicate,
    durability,
  };
}
