// Goal: a yes is said on purpose. Method: answers, to a question by word and to one by number.
import { expect, it } from 'vitest';
import { confirmMany, isAgreed } from '../../src/cli/frame/confirm.ts';

it.each([
  ['y', undefined, true],
  [' YES ', undefined, true],
  ['', undefined, false],
  ['no', undefined, false],
  ['1200', 1200, true],
  ['1,200', 1200, true],
  ['y', 1200, false],
  ['120', 1200, false],
  ['', 1200, false],
])('the answer %j to a question about %j things counts as a yes: %j', (answer, count, agreed) => {
  expect(isAgreed(answer, count)).toBe(agreed);
});

it('a question without a terminal is refused, and --yes answers it', async () => {
  await expect(confirmMany('Remove all?', 500, false)).rejects.toMatchObject({ code: 'USAGE' });
  expect(await confirmMany('Remove all?', 500, true)).toBe(true);
});
