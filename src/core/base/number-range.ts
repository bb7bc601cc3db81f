import { limits } from './limits.ts';

/** The bounds of a number that a user gives. */
export interface NumberRange {
  /** In words, such as `a number of seconds`. */
  readonly words: string;
  readonly min: number;
  readonly max: number;
  readonly isWhole: boolean;
}

function seconds(min: number, max: number = limits.repeatSecondsMax): NumberRange {
  return { words: 'a number of seconds', min, max, isWhole: false };
}

function whole(min: number, max: number = limits.numberMax): NumberRange {
  return { words: 'a whole number', min, max, isWhole: true };
}

/** The range of every span and count that users give: in an app, a request, an option, or a flag. */
export const ranges = {
  /** A position, a limit of a list, a number of bytes. */
  count: whole(0),
  /** A count of at least one. */
  countFrom1: whole(1),
  attempts: whole(1),
  concurrency: whole(1, limits.concurrencyMax),
  themeNumber: whole(0, limits.themeNumberMax),
  factor: { words: 'a number', min: 1, max: limits.factorMax, isWhole: false },
  lease: seconds(limits.leaseSecondsMin),
  /** How long something may take at most. */
  timeout: seconds(limits.timeoutSecondsMin),
  /** A delay, a pause, a repeat time. */
  pause: seconds(0),
  pending: seconds(limits.timeoutSecondsMin, limits.pendingSecondsMax),
  /** How long a caller waits, in ms. */
  waitMs: { words: 'a number of milliseconds', min: 0, max: limits.repeatSecondsMax * 1000, isWhole: false },
  /** The times that JavaScript has a date for. */
  time: {
    words: 'a time in milliseconds since 1970',
    min: -limits.timeMsMax,
    max: limits.timeMsMax,
    isWhole: false,
  },
} as const satisfies Readonly<Record<string, NumberRange>>;

/** Why a value is not within a range, with the name, the range and the value; or undefined. */
export function findOutOfRange(name: string, value: unknown, { words, min, max, isWhole }: NumberRange) {
  const isNumber = isWhole ? Number.isSafeInteger(value) : typeof value === 'number';
  if (isNumber && (value as number) >= min && (value as number) <= max) return undefined;
  return `${name} is ${words} from ${min} to ${max}, not ${shown(value)}`;
}

const shownUnits = 40;

/** Whatever stands where a number should be, in few characters. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, shownUnits));
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return typeof value === 'function' ? 'a function' : String(value).slice(0, shownUnits);
}
