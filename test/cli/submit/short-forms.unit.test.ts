// Goal: what is typed at a shell becomes the change that it says. Method: a table of forms.
import { expect, it } from 'vitest';
import { parseChange, parseExpect } from '../../../src/cli/submit/short-forms.ts';

it.each([
  ['claim email/ann@example.com "c-1"', { op: 'claim', key: 'email/ann@example.com', value: 'c-1' }],
  ['claim k', { op: 'claim', key: 'k' }],
  ['  set   k   {"a": [1, 2]}  ', { op: 'set', key: 'k', value: { a: [1, 2] } }],
  ['add n -1', { op: 'add', key: 'n', value: -1 }],
  ['append l ["a b"]', { op: 'append', key: 'l', value: ['a b'] }],
  ['delete k', { op: 'delete', key: 'k' }],
  ['release k r-1', { op: 'release', key: 'k', owner: 'r-1' }],
  ['confirm k r-1', { op: 'confirm', key: 'k', owner: 'r-1' }],
  ['replace k r-1 "v w"', { op: 'replace', key: 'k', owner: 'r-1', value: 'v w' }],
  ['reduce k newest "/"', { op: 'reduce', key: 'k', reducer: 'newest', value: '/' }],
  ['{"op":"claim","key":"a b","pending":60}', { op: 'claim', key: 'a b', pending: 60 }],
])('the change %s is read as it says', (text, change) => {
  expect(parseChange(text)).toEqual(change);
});

it.each([
  ['k exists', { key: 'k', exists: true }],
  ['k absent', { key: 'k', exists: false }],
  ['k version=3', { key: 'k', version: 3 }],
  ['k owner=a=b', { key: 'k', owner: 'a=b' }],
  ['{"key":"a b","exists":true}', { key: 'a b', exists: true }],
])('the condition %s is read as it says', (text, expectation) => {
  expect(parseExpect(text)).toEqual(expectation);
});

it.each(['', 'claim', 'steal k 1', 'delete k 1', 'release k r-1 more'])('the change %j is refused', (text) => {
  expect(() => parseChange(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

it.each(['', 'k', 'k version=x', 'k owner=', 'k exists now'])('the condition %j is refused', (text) => {
  expect(() => parseExpect(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

it('an error about broken JSON says which flag holds it, and where', () => {
  expect(() => parseChange('set k {"a":1,}')).toThrow(
    expect.objectContaining({ code: 'JSON_INVALID', message: expect.stringMatching(/^--change: .* \(column 8\)$/) }),
  );
});
