import { formatDuration } from './duration.ts';

/** The ways in which times are shown to people: as this machine's clocks show them, in UTC, or as how long ago. */
export const timeStyles = ['local', 'utc', 'rel'] as const;

/** One of them. */
export type TimeStyle = (typeof timeStyles)[number];

/** Whether a text is one of them. */
export function isTimeStyle(text: string): text is TimeStyle {
  return (timeStyles as readonly string[]).includes(text);
}

let style: TimeStyle = 'local';

/** Chooses how this process shows times to people. In JSON they are always UTC. */
export function showTimesAs(chosen: TimeStyle): void {
  style = chosen;
}

/** A time for people, whole and with its zone: `2026-11-29T04:32:40.514+01:00`. In ms since 1970. */
export function timeText(time: number): string {
  if (style === 'rel') return agoText(time, Date.now());
  const offset = style === 'utc' ? 0 : -new Date(time).getTimezoneOffset();
  const shown = new Date(time + offset * 60_000);
  return Number.isNaN(shown.getTime()) ? String(time) : `${shown.toISOString().slice(0, -1)}${zoneText(offset)}`;
}

/**
 * A time in a narrow column, without what is the same for all: that of today as `04:32:40`, of this year as
 * `11-28 04:32:40`, of another one as `2025-11-28`. A `Z` says that it is UTC.
 */
export function shortTime(time: number, now = Date.now()): string {
  if (style === 'rel') return agoText(time, now);
  const text = timeText(time);
  const today = timeText(now);
  const mark = style === 'utc' ? 'Z' : '';
  if (text.slice(0, 4) !== today.slice(0, 4)) return text.slice(0, 10);
  const clock = `${text.slice(11, 19)}${mark}`;
  return text.slice(0, 10) === today.slice(0, 10) ? clock : `${text.slice(5, 10)} ${clock}`;
}

/** The zone of a time on this machine: `+01:00 (Europe/Berlin)`. */
export function zoneOf(time: number): string {
  const { timeZone } = new Intl.DateTimeFormat('en-US').resolvedOptions();
  return `${zoneText(-new Date(time).getTimezoneOffset()).replace('Z', '+00:00')} (${timeZone})`;
}

function agoText(time: number, now: number): string {
  return time > now ? `in ${formatDuration(time - now)}` : `${formatDuration(now - time)} ago`;
}

function zoneText(minutes: number): string {
  if (minutes === 0) return 'Z';
  const size = Math.abs(minutes);
  const parts = [Math.floor(size / 60), size % 60].map((part) => String(part).padStart(2, '0'));
  return `${minutes < 0 ? '-' : '+'}${parts.join(':')}`;
}
