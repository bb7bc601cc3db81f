import { TxlogError } from '../../core/base/errors.ts';
import { limits } from '../../core/base/limits.ts';
import type { Environment } from '../../environment/environment.ts';

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const dateTime = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/i;

/**
 * Reads a time: RFC 3339 (`2026-01-31`, `2026-01-31T12:00:00Z`; UTC without a zone), or how long ago (`90s`, `15m`,
 * `2h`, `7d`).
 *
 * Units: milliseconds since 1970, as is `now`.
 * Errors: USAGE.
 */
export function parseTime(text: string, now: number): number {
  const ago = /^(\d{1,9})([smhd])(?: ago)?$/.exec(text);
  // Longer ago than any date is before all records, as the first date is.
  if (ago) return Math.max(-limits.timeMsMax, now - Number(ago[1]) * (units[ago[2] ?? ''] ?? 0));
  const zoned = /(?:Z|[+-]\d{2}:\d{2})$/i.test(text) || !text.includes(':') ? text : `${text}Z`;
  const time = dateTime.test(text) ? Date.parse(zoned.replace(' ', 'T')) : Number.NaN;
  // Date.parse takes the 30th of February for the 2nd of March.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(time) || day.toISOString().slice(0, 10) !== text.slice(0, 10)) {
    throw new TxlogError('USAGE', `${JSON.stringify(text)} is no time`, {
      hint: 'Times look like 2026-01-31T12:00:00Z, 2026-01-31, or 15m for a quarter of an hour ago.',
    });
  }
  return time;
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
  if (position === undefined) return env.positionAt(parseTime(text, env.clock.now()));
  const head = await env.head();
  if (position <= head.position) return position;
  throw new TxlogError('POSITION_NOT_FOUND', `the log ends at position ${head.position}`, { next: ['txlog status'] });
}
