import ms, { type StringValue } from 'ms';
import { TxlogError } from '../../core/base/errors.ts';
import { limits } from '../../core/base/limits.ts';
import { zoneOf } from '../../text/time.ts';
import type { SharedCalls } from '../reach/reached.ts';

const dateTime = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/i;
const ago = /^((?:\d{1,9} ?[a-z]{1,8} ?)+?)(?: ?ago)?$/i;
const onADay = /^(?:(today|yesterday)(?: (?:at )?)?)?(?:(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/i;

/**
 * Reads a time: RFC 3339 (`2026-01-31T12:00:00Z`), where a time or a date without a zone is that of the machine (TZ), as
 * clocks on the wall show it; `today`, `yesterday`, `06:31`, `yesterday 06:31`; or how long ago (`90s`, `1h30m`,
 * `2 hours ago`).
 *
 * Units: milliseconds since 1970, as is `now`.
 * Errors: USAGE.
 */
export function parseTime(text: string, now: number): number {
  const trimmed = text.trim();
  const time = timeAgo(trimmed, now) ?? timeOnADay(trimmed, now) ?? timeOfDate(trimmed);
  if (time !== undefined) return time;
  throw new TxlogError('USAGE', `${JSON.stringify(text)} is not a time`, {
    hint:
      'Times look like 2026-01-31T12:00:00Z; 2026-01-31 12:00, 2026-01-31, 06:31, today, yesterday 06:31 (local time, here ' +
      `${zoneOf(now)}); or 15m, 1h30m, 2 hours ago.`,
  });
}

/** Whether a time is that of the zone of this machine, as the text says none. */
export function isLocalTime(text: string): boolean {
  return timeAgo(text.trim(), 0) === undefined && !/(?:Z|[+-]\d{2}:\d{2})$/i.test(text.trim());
}

function timeAgo(text: string, now: number): number | undefined {
  const [, spans] = ago.exec(text) ?? [];
  const parts = spans?.match(/\d+ ?[a-z]+/gi)?.map((part) => ms(part as StringValue));
  if (parts === undefined || parts.some((part) => part === undefined)) return undefined;
  // Longer ago than any date is before all records, as the first date is.
  return Math.max(-limits.timeMsMax, now - parts.reduce((sum, part) => sum + part, 0));
}

/** A clock time, or a day by its name, as this machine's clocks and calendars have them. */
function timeOnADay(text: string, now: number): number | undefined {
  const [found, day, hours = '0', minutes = '0', seconds = '0'] = onADay.exec(text) ?? [];
  if (!found || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const time = new Date(now);
  if (day?.toLowerCase() === 'yesterday') time.setDate(time.getDate() - 1);
  return time.setHours(Number(hours), Number(minutes), Number(seconds), 0);
}

function timeOfDate(text: string): number | undefined {
  // Date.parse takes a date alone for UTC, and a date with a time for local.
  const whole = text.includes(':') ? text.replace(' ', 'T') : `${text}T00:00`;
  const time = dateTime.test(text) ? Date.parse(whole) : Number.NaN;
  // Date.parse takes the 30th of February for the 2nd of March.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(time) || day.toISOString().slice(0, 10) !== text.slice(0, 10) ? undefined : time;
}

/** The time that spans are counted back from: that of the engine, which the end of the log may be ahead with. */
export async function nowIn(env: SharedCalls): Promise<number> {
  await env.head();
  return env.now();
}

/** Reads a position: 1, 2, 3, …; undefined when the text is none. */
export function parsePosition(text: string): number | undefined {
  const position = /^\d{1,16}$/.test(text) ? Number(text) : undefined;
  return position !== undefined && Number.isSafeInteger(position) ? position : undefined;
}

/**
 * The position that `POSITION|TIME` names: itself, or that of the last record not after the time.
 *
 * Errors: USAGE; POSITION_NOT_FOUND past the end of the log.
 */
export async function resolvePoint(env: SharedCalls, text: string): Promise<number> {
  const position = parsePosition(text);
  if (position === undefined) return env.positionAt(parseTime(text, await nowIn(env)));
  const head = await env.head();
  if (position <= head.position) return position;
  throw new TxlogError('POSITION_NOT_FOUND', `the log ends at position ${head.position}`, { next: ['txlog status'] });
}
