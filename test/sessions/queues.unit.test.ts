// Goal: the rates of a queue are those of the last 10 to 20 seconds, whatever the counts in the log are from. Method: a
// table of moments after a span of traffic.
import { expect, it } from 'vitest';
import { emptyThemeCounts } from '../../src/layout/theme-counts.ts';
import { ratesOf } from '../../src/sessions/read/read-queues.ts';

const counts = { ...emptyThemeCounts, recent: { span: 100, in: 40, out: 20 }, earlier: { in: 110, out: 130 } };

it.each([
  ['in the middle of the span', 1_005_000, { in: 10, out: 10 }],
  ['as it begins', 1_000_000, { in: 15, out: 15 }],
  ['in the next span', 1_010_000, { in: 4, out: 2 }],
  ['at the end of the next span', 1_019_999, { in: 2, out: 1 }],
  ['later', 1_020_000, { in: 0, out: 0 }],
])('the rates of a queue follow from its counts %s', (_, now, rates) => {
  expect(ratesOf(counts, now)).toEqual(rates);
});

it('the rates of a queue are 0 where the clock is behind the log', () => {
  expect(ratesOf(counts, 990_000)).toEqual({ in: 0, out: 0 });
});
