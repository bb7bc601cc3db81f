// Goal: spans of time are read as people write them, and never as something else. Method: a table.
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../src/text/duration.ts';

it.each([
  ['90', 90_000],
  ['0', 0],
  ['1.5', 1_500],
  ['500ms', 500],
  ['10s', 10_000],
  ['10 s', 10_000],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
])('a span of time is read from %s', (text, span) => {
  expect(parseDuration('--wait', text)).toBe(span);
});

it.each(['', '-1', '-5s', 's', '1y2', 'soon', '10 parsecs', '1e3', '0x10', ' 5s', '5s5m', 'Infinity'])(
  'a span of time is not read from %j',
  (text) => {
    expect(() => parseDuration('--wait', text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  },
);

describe('a span of time for people', () => {
  it.each([
    [0, '0ms'],
    [12.3, '12ms'],
    [59_400, '59s'],
    [3_661_000, '1h 1m'],
    [7_253_000, '2h'],
    [7_260_000, '2h 1m'],
    [86_400_000, '1d'],
    [-5, '0ms'],
  ])('of %d ms is %s', (span, text) => {
    expect(formatDuration(span)).toBe(text);
  });
});
