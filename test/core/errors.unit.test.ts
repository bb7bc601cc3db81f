// Goal: what a user gave is shown in an error, but not at any length. Method: errors with texts of all lengths.
import { expect, it } from 'vitest';
import { TxlogError } from '../../src/core/base/errors.ts';
import { limits } from '../../src/core/base/limits.ts';
import { shortened } from '../../src/core/base/shortened.ts';

const { errorUnitsMax } = limits;

it('an error leaves out the middle of a long message and hint, and all of a command that is too long', () => {
  const long = `begin${'x'.repeat(5_000)}end`;
  const error = new TxlogError('USAGE', long, { hint: long, next: ['txlog --help', long], line: 3 }).at(4);
  for (const text of [error.message, error.details.hint ?? '']) {
    expect(text).toHaveLength(errorUnitsMax);
    expect(text).toMatch(/^begin.* … .*end$/);
  }
  expect(error.details).toMatchObject({ next: ['txlog --help'], line: 4 });
});

it('an error keeps a short message and command as they are', () => {
  const text = 'x'.repeat(errorUnitsMax);
  expect(new TxlogError('USAGE', text, { next: [text] })).toMatchObject({ message: text, details: { next: [text] } });
});

it('shortening a text cuts no character into halves', () => {
  for (let length = 20; length < 24; length++) expect(shortened('😀'.repeat(40), length).isWellFormed()).toBe(true);
});
