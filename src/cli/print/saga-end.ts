import type { Started } from '../../index.ts';
import type { EndedSaga } from '../../shapes/saga.ts';
import { printable } from '../../text/printable.ts';

/** The same for people. */
export function formatEnded({ saga, phase, outcome }: EndedSaga): string {
  const { position, rejection } = outcome;
  return `${phase} ${printable(saga.id)} at position ${position}${rejection ? `: ${printable(rejection.reason)}` : ''}`;
}

/** A saga that was started, for people. */
export function formatStarted({ id, position, duplicate }: Started): string {
  return `started ${printable(id)} at position ${position}${duplicate ? ' (an earlier one of this id)' : ''}`;
}
