import type { JsonObject } from '../../core/json.ts';
import { type Receipt, type Started, toTime } from '../../index.ts';
import { printable } from './text.ts';

/** How a saga ended, as JSON. */
export function toEndedJson({ id, outcome, position, time, durability, rejection }: Receipt): JsonObject {
  return {
    ...{ v: 1, saga: id, phase: outcome === 'committed' ? 'done' : 'compensated' },
    ...{ position: String(position), time: toTime(time), durability },
    ...(rejection ? { error: rejection.reason } : {}),
  };
}

/** The same for people. */
export function formatEnded({ id, outcome, position, rejection }: Receipt): string {
  const phase = outcome === 'committed' ? 'done' : 'compensated';
  return `${phase} ${printable(id)} at position ${position}${rejection ? `: ${printable(rejection.reason)}` : ''}`;
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
