// Goal: each id and key has a path that leads to it, whatever it is. Method: random names, and those that browsers take apart.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pathTo, pathWith } from '../../../src/http/page/parts/page-links.ts';

/** The name that a path comes to, as a browser sends it and the server reads it. */
function nameAt(path: string): string {
  const { pathname, searchParams } = new URL(path, 'http://localhost');
  const name = pathname.replace(/^\/ui\/states\/?/, '');
  return name === '' ? (searchParams.get('name') ?? '') : decodeURIComponent(name);
}

it.each(['a', 'a/b', '/a', 'a/', 'a//b', '.', '..', 'a/../b', './a', '%2e', '%2F', '?', '#', 'ä/ö', ' ', '\\..\\'])(
  'the path of %j leads to it',
  (name) => {
    expect(nameAt(pathTo('states', name))).toBe(name);
  },
);

it('the path of any name leads to it', () => {
  const names = fc.string({ minLength: 1, unit: 'grapheme' }).filter((name) => name.isWellFormed());
  fc.assert(
    fc.property(names, (name) => {
      expect(nameAt(pathTo('states', name))).toBe(name);
    }),
  );
});

it('a query has what is there, and all of a list', () => {
  expect(pathWith('/ui/log', { type: ['a', 'b c'], key: '', before: undefined, from: 3 })).toBe(
    '/ui/log?type=a&type=b+c&from=3',
  );
  expect(pathWith('/ui/log', {})).toBe('/ui/log');
});
