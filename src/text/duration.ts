import ms, { type StringValue } from 'ms';
import prettyMilliseconds from 'pretty-ms';
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
  throw new TxlogError('USAGE', `${flag} ${JSON.stringify(text)} is no span of time`, {
    hint: 'Spans look like 500ms, 10s, 5m, 2h, 7d; a bare number is seconds.',
  });
}

function checkSpan(flag: string, text: string, span: number): number {
  if (findOutOfRange(flag, span, ranges.waitMs) === undefined) return span;
  throw new TxlogError('USAGE', `${flag} is a span of time up to ${formatDuration(ranges.waitMs.max)}, not ${text}`);
}

/** The same in seconds; undefined when the flag was not given. */
export function parseSeconds(flag: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(flag, text) / 1_000;
}

/** A span of time for people: its two largest units. */
export function formatDuration(span: number): string {
  return prettyMilliseconds(
    Math.max(0, Math.round(span)),
    span < 1_000 ? {} : { unitCount: 2, secondsDecimalDigits: 0 },
  );
}
