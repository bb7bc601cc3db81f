import { TxlogError } from './errors.ts';
import { findOutOfRange, type NumberRange, ranges } from './number-range.ts';

/**
 * Checks a number that a program hands in, if it does.
 *
 * Errors: USAGE, which names the argument, its range and what it was given.
 */
export function checkInRange(name: string, value: number | undefined, range: NumberRange): void {
  const problem = value === undefined ? undefined : findOutOfRange(name, value, range);
  if (problem !== undefined) throw new TxlogError('USAGE', problem);
}

/** Checks a position, or a number of things or bytes: a whole one from 0 on. Errors: USAGE. */
export function checkWhole(name: string, value: number | undefined): void {
  checkInRange(name, value, ranges.count);
}

/** As `checkWhole`, of a bound: `Infinity` stands for none. Errors: USAGE. */
export function checkBound(name: string, value: number | undefined): void {
  if (value !== Number.POSITIVE_INFINITY) checkWhole(name, value);
}

/** Checks a time in ms since 1970, if one is given; infinite is before or after all. Errors: USAGE. */
export function checkTime(name: string, value: number | undefined): void {
  if (value !== Number.POSITIVE_INFINITY && value !== Number.NEGATIVE_INFINITY) checkInRange(name, value, ranges.time);
}

/** Checks how long to wait, in ms; `Infinity` is for ever. Errors: USAGE. */
export function checkWait(name: string, value: number | undefined): void {
  if (value !== Number.POSITIVE_INFINITY) checkInRange(name, value, ranges.waitMs);
}

/** Checks how long an operator may show no sign of life, in seconds. Errors: USAGE. */
export function checkLease(seconds: number): number {
  const problem = findOutOfRange('lease', seconds, ranges.lease);
  if (problem === undefined) return seconds;
  throw new TxlogError('USAGE', problem);
}
