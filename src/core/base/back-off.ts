import { limits } from './limits.ts';

/** How pauses between attempts grow: the first one, by which factor, and up to which. */
export interface Pauses {
  readonly first: number;
  readonly factor: number;
  readonly max: number;
}

/**
 * The pause after so many attempts. `chance` from 0 to 1 spreads by a half what failed at once, so that it does not come
 * back at once.
 *
 * Units: those of `first` and `max`.
 */
export function pauseAfter({ first, factor, max }: Pauses, attempts: number, chance: number): number {
  // Nothing, grown without end, would be no number.
  const whole = first === 0 ? 0 : Math.min(max, first * factor ** Math.max(0, attempts - 1));
  return whole * (0.5 + chance / 2);
}

/** The pause, in ms, after so many attempts in a row to write that were not confirmed. It is not spread. */
export function retryMsAfter(attempts: number): number {
  return Math.min(limits.retryMsMax, limits.retryMs * 2 ** attempts);
}
