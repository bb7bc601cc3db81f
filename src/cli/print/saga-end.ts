import type { JsonObject } from '../../core/base/json.ts';
import { type Receipt, type SagaReading, type Started, toTime } from '../../index.ts';
import { printable } from '../text/text.ts';

/** A saga that has ended. */
export type EndedSaga = SagaReading & { readonly outcome: Receipt };

/** How a saga ended, as JSON. */
export function toEndedJson({ saga, phase, outcome }: EndedSaga): JsonObject {
  const { position, time, durability, rejection } = outcome;
  return {
    ...{ v: 1, saga: saga.id, type: saga.type, phase },
    ...{ position: String(position), time: toTime(time), durability },
    ...(rejection ? { error: rejection.reason } : {}),
  };
}

/** The same for people. */
export function formatEnded({ saga, phase, outcome }: EndedSaga): string {
  const { position, rejection } = outcome;
  return `${phase} ${printable(saga.id)} at position ${position}${rejection ? `: ${printable(rejection.reason)}` : ''}`;
}

/** A saga that was started, for people. */
export function formatStarted({ id, position, duplicate }: Started): string {
  return `started ${printable(id)} at position ${position}${duplicate ? ' (an earlier one of this id)' : ''}`;
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
