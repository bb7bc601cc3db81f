// Goal: a time without a zone is that of the clock on the wall, in every form, and one with a zone is what it says. Method:
// the same texts read in several zones, also when clocks are set for the summer.
import { afterAll, describe, expect, it } from 'vitest';
import { parseTime } from '../../src/cli/frame/point-in-log.ts';

const before = process.env.TZ;

afterAll(() => {
  if (before === undefined) delete process.env.TZ;
  else process.env.TZ = before;
});

/** What a text means in a zone, as RFC 3339 in UTC. */
function read(zone: string, text: string): string {
  process.env.TZ = zone;
  return new Date(parseTime(text, 0)).toISOString();
}

describe.each([
  ['America/New_York', '2026-01-31', '05:00', '2026-01-31T17:00'],
  ['UTC', '2026-01-31', '00:00', '2026-01-31T12:00'],
  ['Asia/Kolkata', '2026-01-30', '18:30', '2026-01-31T06:30'],
  ['Pacific/Auckland', '2026-01-30', '11:00', '2026-01-30T23:00'],
])('a time that is read in %s', (zone, day, midnight, noon) => {
  it('a date begins at its own midnight', () => {
    expect(read(zone, '2026-01-31')).toBe(`${day}T${midnight}:00.000Z`);
  });

  it.each(['2026-01-31 12:00', '2026-01-31T12:00', '2026-01-31t12:00:00', '2026-01-31 12:00:00.000'])(
    '%s is a local time',
    (text) => expect(read(zone, text.replace('t', 'T'))).toBe(`${noon}:00.000Z`),
  );

  it.each([
    ['2026-01-31T12:00:00Z', '12:00'],
    ['2026-01-31 12:00z', '12:00'],
    ['2026-01-31T12:00+02:00', '10:00'],
    ['2026-01-31 12:00-05:00', '17:00'],
  ])('%s is the time of the zone that it names', (text, utc) => {
    expect(read(zone, text)).toBe(`2026-01-31T${utc}:00.000Z`);
  });
});

it('a time in summer is read as summer time', () => {
  expect(read('America/New_York', '2026-07-01 12:00')).toBe('2026-07-01T16:00:00.000Z');
  // The night in which there is no half past two.
  expect(read('America/New_York', '2026-03-08 02:30')).toBe('2026-03-08T07:30:00.000Z');
});

it('a text that is not a time is refused, and the error says so', () => {
  expect(() => parseTime('soon', 0)).toThrow(
    expect.objectContaining({ code: 'USAGE', details: { hint: expect.stringContaining('local time') } }),
  );
});
