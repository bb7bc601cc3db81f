import { TxlogError } from '../../core/base/errors.ts';
import { limits } from '../../core/base/limits.ts';
import type { Environment } from '../../environment/environment.ts';

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const dateTime = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/i;

/**
 * Reads a time: RFC 3339 (`2026-01-31T12:00:00Z`), where a time or a date without a zone is that of the machine (TZ), as
 * clocks on the wall show it; or how long ago (`90s`, `15m`, `2h`, `7d`).
 *
 * Units: milliseconds since 1970, as is `now`.
 * Errors: USAGE.
 */
export function parseTime(text: string, now: number): number {
  const ago = /^(\d{1,9})([smhd])(?: ago)?$/.exec(text);
  // Longer ago than any date is before all records, as the first date is.
  if (ago) return Math.max(-limits.timeMsMax, now - Number(ago[1]) * (units[ago[2] ?? ''] ?? 0));
  // Date.parse takes a date alone for UTC, and a date with a time for local.
  const whole = text.includes(':') ? text.replace(' ', 'T') : `${text}T00:00`;
  const time = dateTime.test(text) ? Date.parse(whole) : Number.NaN;
  // Date.parse takes the 30th of February for the 2nd of March.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(time) || day.toISOString().slice(0, 10) !== text.slice(0, 10)) {
    throw new TxlogError('USAGE', `${JSON.stringify(text)} is no time`, {
      hint:
        'Times look like 2026-01-31T12:00:00Z, 2026-01-31 12:00 (local time, as without a zone), 2026-01-31, or 15m ' +
        'for a quarter of an hour ago.',
    });
  }
  return time;
}

/** The time that spans are counted back from: that of the engine, which the end of the log may be ahead with. */
export async function nowIn(env: Environment): Promise<number> {
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
export async function resolvePoint(env: Environment, text: string): Promise<number> {
  const position = parsePosition(text);
  if (position === undefined) return env.positionAt(parseTime(text, await nowIn(env)));
  const head = await env.head();
  if (position <= head.position) return position;
  throw new TxlogError('POSITION_NOT_FOUND', `the log ends at position ${head.position}`, { next: ['txlog status'] });
}
