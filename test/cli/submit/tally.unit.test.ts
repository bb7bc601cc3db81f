// Goal: the summary of a bulk submission fits together. Method: a tally whose numbers take their time to be written, as the
// first ones of a process do.
import { expect, it } from 'vitest';
import { Tally } from '../../../src/cli/submit/submit-tally.ts';

it('the summary of a load gives the rate of the time that it names', async () => {
  const tally = new Tally();
  tally.accepted = 9;
  await new Promise((resolve) => setTimeout(resolve, 20));
  const slow = Number.prototype.toLocaleString;
  Number.prototype.toLocaleString = function (...given) {
    for (const end = performance.now() + 40; performance.now() < end; );
    return slow.apply(this, given as []);
  };
  let line: string;
  try {
    line = tally.format();
  } finally {
    Number.prototype.toLocaleString = slow;
  }
  const [, ms = '', rate = ''] = /in (\d+)ms \(([\d,]+)\/s\)/.exec(line) ?? [];
  expect(Number(rate)).toBeGreaterThanOrEqual(Math.floor(9_000 / (Number(ms) + 1)));
  expect(Number(rate)).toBeLessThanOrEqual(Math.ceil(9_000 / (Number(ms) - 1)));
});
