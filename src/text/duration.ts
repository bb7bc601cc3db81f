import ms, { type StringValue } from 'ms';
import { TxlogError } from '../core/base/errors.ts';
import { findOutOfRange, ranges } from '../core/base/number-range.ts';

/** How a flag with a span of time shows its value in help. */
export const durationValue = '10s|5m|2h';

/**
 * Reads a span of time: `500ms`, `10s`, `5m`, `2h`, `7d`; a bare number is seconds.
 *
 * Units: ms. Errors: USAGE, naming the flag.
 */
export function parseDuration(flag: string, text: string): number {
  const [, number, unit] = /^(\d{1,12}(?:\.\d{1,3})?) ?([a-z]{0,12})$/i.exec(text) ?? [];
  const span = number === undefined ? undefined : ms(`${number}${unit || 's'}` as StringValue);
  if (span !== undefined) return checkSpan(flag, text, span);
  throw new TxlogError('USAGE', `${flag} ${JSON.stringify(text)} is not a duration`, {
    hint: 'Durations look like 500ms, 10s, 5m, 2h, 7d; a number alone is seconds.',
  });
}

function checkSpan(flag: string, text: string, span: number): number {
  if (findOutOfRange(flag, span, ranges.waitMs) === undefined) return span;
  throw new TxlogError('USAGE', `${flag} is a duration of at most ${formatDuration(ranges.waitMs.max)}, not ${text}`);
}

/** The same in seconds; undefined when the flag was not given. */
export function parseSeconds(flag: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(flag, text) / 1_000;
}

const spans = [
  [31_536_000_000, 'y'],
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
] as const;

/** A span of time for people: its largest unit, and the next one unless there is none of it: `2h 5m`, `2h`. */
export function formatDuration(span: number): string {
  const whole = Math.max(0, Math.round(span));
  const largest = spans.findIndex(([size]) => whole >= size);
  const [size, unit] = spans[largest] ?? [1, 'ms'];
  const rest = largest < 0 ? undefined : spans[largest + 1];
  const count = Math.floor(whole / size);
  const next = rest ? Math.floor((whole - count * size) / rest[0]) : 0;
  return `${count}${unit}${rest && next > 0 ? ` ${next}${rest[1]}` : ''}`;
}
