// Goal: people read times as they want them, with the zone told. Method: one moment in several zones and styles.
import { afterEach, expect, it } from 'vitest';
import { shortTime, showTimesAs, timeText, zoneOf } from '../../src/text/time.ts';

const zone = process.env.TZ;
const moment = Date.UTC(2026, 10, 29, 3, 32, 40, 514);

afterEach(() => {
  showTimesAs('local');
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

it.each([
  ['UTC', '2026-11-29T03:32:40.514Z', '03:32:40'],
  ['Europe/Berlin', '2026-11-29T04:32:40.514+01:00', '04:32:40'],
  ['Asia/Kolkata', '2026-11-29T09:02:40.514+05:30', '09:02:40'],
  ['America/New_York', '2026-11-28T22:32:40.514-05:00', '22:32:40'],
])('a moment is shown in %s', (name, whole, short) => {
  process.env.TZ = name;
  expect(timeText(moment)).toBe(whole);
  expect(shortTime(moment, moment + 1_000)).toBe(short);
  expect(zoneOf(moment)).toMatch(/^[+-]\d\d:\d\d \(\w.*\)$/);
});

it('a time is shown with its day where that is not today, and with its year where that is not this one', () => {
  process.env.TZ = 'UTC';
  expect(shortTime(moment, moment + 86_400_000)).toBe('11-29 03:32:40');
  expect(shortTime(moment, moment + 365 * 86_400_000)).toBe('2026-11-29');
});

it('a time can be shown in UTC, and as how long ago it was', () => {
  process.env.TZ = 'Europe/Berlin';
  showTimesAs('utc');
  expect(timeText(moment)).toBe('2026-11-29T03:32:40.514Z');
  expect(shortTime(moment, moment)).toBe('03:32:40Z');
  showTimesAs('rel');
  expect(shortTime(moment, moment + 7_500_000)).toBe('2h 5m ago');
  expect(shortTime(moment + 61_000, moment)).toBe('in 1m 1s');
});
