// Goal: progress is whole on any terminal, and says how long it goes on. Method: one moment in every width.
import { expect, it } from 'vitest';
import { progressJson, progressLine, progressText } from '../../src/cli/frame/progress-text.ts';
import { widthOf } from '../../src/text/width.ts';

const course = { what: 'submitting', isSizeKnown: true, since: 0 };
const at = { done: 35, total: 100, note: '71,939 receipts, 20,123/s', elapsedMs: 3_500 };

it('progress at 80 columns shows the time that is left', () => {
  expect(progressLine(course, at, 79)).toMatch(/^submitting █+░+ 35 % \| 71,939 receipts, 20,123\/s \| 7s left$/);
});

it.each([20, 30, 40, 60, 79, 120])(
  'progress fits into %i columns, and shows the time that is left where it can',
  (columns) => {
    const line = progressLine(course, at, columns);
    expect(widthOf(line)).toBeLessThanOrEqual(columns);
    if (columns >= 40) expect(line).toMatch(/ 35 %.* \| 7s left$/);
  },
);

it('progress is told as a line of a log, or as JSON', () => {
  expect(progressText(course, at)).toBe('submitting: 35 %, 71,939 receipts, 20,123/s, 7s left');
  const progress = { what: 'submitting', done: 35, total: 100, elapsedMs: 3_500, leftMs: 7_000 };
  expect(JSON.parse(progressJson(course, at))).toEqual({ v: 1, progress });
});

it('progress that has come to its end says no more how long it goes on', () => {
  expect(progressText(course, { ...at, done: 100 })).toBe('submitting: 100 %, 71,939 receipts, 20,123/s');
});

it('progress without a known size is its note alone', () => {
  const open = { ...course, isSizeKnown: false };
  expect(progressLine(open, at, 79)).toBe('submitting 71,939 receipts, 20,123/s');
  expect(progressText(open, at)).toBe('submitting: 71,939 receipts, 20,123/s');
});
