import { TxlogError } from './errors.ts';
import { limits } from './limits.ts';

/**
 * Checks a number that a program hands in, if it does: a whole one from 0 on.
 *
 * Errors: USAGE, which names the argument.
 */
export function checkWhole(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return;
  throw new TxlogError('USAGE', `${name} is a whole number from 0 on, not ${value}`);
}

/**
 * As `checkWhole`, of a bound: `Infinity` stands for none.
 *
 * Errors: USAGE, which names the argument.
 */
export function checkBound(name: string, value: number | undefined): void {
  if (value !== Number.POSITIVE_INFINITY) checkWhole(name, value);
}

/**
 * Checks a time in ms since 1970, if one is given.
 *
 * Errors: USAGE, which names the argument.
 */
export function checkTime(name: string, value: number | undefined): void {
  if (value === undefined || !Number.isNaN(value)) return;
  throw new TxlogError('USAGE', `${name} is a time in milliseconds since 1970, not ${value}`);
}

/**
 * Checks how long an operator may show no sign of life, in seconds.
 *
 * Errors: USAGE.
 */
export function checkLease(seconds: number): number {
  const { leaseSecondsMin, repeatSecondsMax } = limits;
  if (typeof seconds === 'number' && seconds >= leaseSecondsMin && seconds <= repeatSecondsMax) return seconds;
  throw new TxlogError('USAGE', `lease is from ${leaseSecondsMin} to ${repeatSecondsMax} seconds, not ${seconds}`);
}
