// Goal: words of a command line mean what people think. Method: tables.
import { expect, it } from 'vitest';
import { parsePosition, parseTime } from '../../src/cli/frame/point-in-log.ts';
import { closestMatch } from '../../src/text/closest-match.ts';
import { formatCount, formatValue, jsonText, plural, printable, shorten } from '../../src/text/printable.ts';
import { columnsOf } from '../../src/text/width.ts';

const names = ['submit', 'status', 'state list', 'get', 'log'];

it.each([
  ['submt', 'submit'],
  ['stat', 'status'],
  ['state lst', 'state list'],
  ['gte', 'get'],
  ['sattus', 'status'],
  ['gets', 'get'],
  ['frobnicate', undefined],
  ['', undefined],
])('the command closest to %j is %j', (word, meant) => {
  expect(closestMatch(word, names)).toBe(meant);
});

it.each([
  [0, 80],
  [undefined, 80],
  [40, 40],
])('a terminal of %j columns is taken for one of %j', (columns, taken) => {
  expect(columnsOf({ columns })).toBe(taken);
});

const now = Date.UTC(2026, 0, 31, 12);

it.each([
  ['2026-01-31T11:00:00Z', now - 3_600_000],
  ['2026-01-31T12:00:00+01:00', now - 3_600_000],
  ['2026-01-31T11:00:00', now - 3_600_000],
  ['2026-01-31 11:00', now - 3_600_000],
  ['2026-01-31T11:00:00.250Z', now - 3_600_000 + 250],
  ['2026-01-31', now - 12 * 3_600_000],
  ['90s', now - 90_000],
  ['1h30m', now - 5_400_000],
  ['1h 30m ago', now - 5_400_000],
  ['2 hours ago', now - 7_200_000],
  ['today', now - 12 * 3_600_000],
  ['yesterday', now - 36 * 3_600_000],
  ['06:31', now - 12 * 3_600_000 + 6 * 3_600_000 + 31 * 60_000],
  ['yesterday 06:31', now - 36 * 3_600_000 + 6 * 3_600_000 + 31 * 60_000],
  ['15m', now - 900_000],
  ['2h', now - 7_200_000],
  ['7d', now - 7 * 86_400_000],
])('the time %s is read as people mean it', (text, time) => {
  expect(parseTime(text, now)).toBe(time);
});

it.each([
  '',
  'tomorrow',
  '1',
  '2026-13-01',
  '2026-01-31T25:00:00Z',
  '-5m',
  '25:00',
  '06:61',
  '5 parsecs',
  'ago',
  '3 today',
])('the time %j is refused', (text) => {
  expect(() => parseTime(text, now)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

it('a whole number is read as a position, and no other text is', () => {
  expect(['0', '81', '2026-01-31', '-1', '1.5', '9007199254740993'].map(parsePosition)).toEqual([
    ...[0, 81, undefined, undefined, undefined, undefined],
  ]);
});

it('control characters are never printed as they are', () => {
  expect(printable('\u001b[31mred\u0007\u202e\u2028\u061c')).toBe('\\u001b[31mred\\u0007\\u202e\\u2028\\u061c');
  expect(formatValue({ a: '\u009b1m' })).toBe('{"a":"\\u009b1m"}');
});

it('printed JSON holds no control characters, and is still the same JSON', () => {
  const value = { '\u009b': '\u202e\u2028\u0000"\\\n' };
  expect(jsonText(value)).toBe('{"\\u009b":"\\u202e\\u2028\\u0000\\"\\\\\\n"}');
  expect(JSON.parse(jsonText(value))).toEqual(value);
});

it('long values and names are shortened, and show that they were', () => {
  expect(formatValue('x'.repeat(100), 10)).toBe('"xxxxxxxx…');
  expect(shorten('0123456789', 7)).toBe('012…789');
  expect(shorten('0123', 7)).toBe('0123');
});

it('numbers are printed as people read them, and nouns in the right number', () => {
  expect([formatCount(1_234_567), plural(1, 'record'), plural(0, 'record')]).toEqual([
    ...['1,234,567', '1 record', '0 records'],
  ]);
});
