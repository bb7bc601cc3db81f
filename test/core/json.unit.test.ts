// Goal: the rules for JSON values hold with and without a place to name. Method: tables and generated values.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  copyJson,
  deepFreeze,
  findJsonProblem,
  isPlainJson,
  type JsonValue,
  jsonEquals,
  utf8Length,
} from '../../src/core/base/json.ts';
import { findKeyProblem } from '../../src/core/base/key.ts';

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;

describe('jsonEquals', () => {
  it('does not see the order of keys, and sees that of items', () => {
    expect(jsonEquals({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
    expect(jsonEquals([1, 2], [2, 1])).toBe(false);
  });

  it.each<[JsonValue | undefined, JsonValue | undefined]>([
    [{ a: 1 }, { a: 1, b: null }],
    [{ a: 1 }, { b: 1 }],
    [[], {}],
    [[1], [1, 1]],
    [null, undefined],
    [null, {}],
    [0, false],
    ['1', 1],
    [{ toString: 1 }, { valueOf: 1 }],
  ])('%j is not %j', (a, b) => {
    expect(jsonEquals(a, b)).toBe(false);
    expect(jsonEquals(b, a)).toBe(false);
  });

  it('agrees with equality of texts for values that were parsed', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const again = JSON.parse(JSON.stringify(a)) as JsonValue;
        expect(jsonEquals(a, again)).toBe(true);
        const other = JSON.parse(JSON.stringify(b)) as JsonValue;
        expect(jsonEquals(again, other)).toBe(isDeepStrictEqual(again, other));
      }),
    );
  });
});

describe('isPlainJson', () => {
  it('accepts exactly what findJsonProblem finds nothing in', () => {
    const odd = fc.constantFrom<unknown>(
      Number.NaN,
      Number.POSITIVE_INFINITY,
      undefined,
      () => 1,
      Symbol('s'),
      1n,
      new Date(0),
      new Map(),
      '\ud800',
      'fine \u{1f600}',
      JSON.parse('{"__proto__":1}'),
      { constructor: 1 },
      { '\udc00': 1 },
      Object.create(null),
      -0,
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        odd,
        json as fc.Arbitrary<unknown>,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.string({ maxLength: 3 }), tie('value'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(value, (some) => {
        expect(isPlainJson(some, 0)).toBe(findJsonProblem(some, '') === undefined);
      }),
      { numRuns: 500 },
    );
  });
});

describe('values', () => {
  it('are copied with fields that a program must not assign', () => {
    const value = JSON.parse('{"__proto__":{"a":1},"constructor":2}');
    const copy = copyJson(value);
    expect(JSON.stringify(copy)).toBe(JSON.stringify(value));
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  });

  it('are copied without a shared part, and frozen to the last part', () => {
    fc.assert(
      fc.property(json, (value) => {
        const copy = copyJson(value);
        expect(copy).toEqual(value);
        deepFreeze(copy);
        const frozen = (part: JsonValue): boolean =>
          typeof part !== 'object' || part === null || (Object.isFrozen(part) && Object.values(part).every(frozen));
        expect(frozen(copy)).toBe(true);
        if (typeof value === 'object' && value !== null) expect(Object.isFrozen(value)).toBe(false);
      }),
    );
  });

  it('are measured as UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text));
      }),
    );
  });
});

describe('findKeyProblem', () => {
  it.each(['a', ' ', 'email/ann@example.com', 'é'.repeat(256), 'x'.repeat(512), '\u{1f600}', '__proto__', '..', '%00'])(
    'takes %j',
    (key) => {
      expect(findKeyProblem(key)).toBeUndefined();
    },
  );

  it.each([
    undefined,
    1,
    '',
    '\u0000',
    'a\tb',
    'a\u007f',
    'a\u0085',
    '\u2029',
    '\ud83d',
    'x'.repeat(513),
    'é'.repeat(257),
    '\u{1f600}'.repeat(129),
  ])('refuses %j', (key) => {
    expect(findKeyProblem(key)).toEqual(expect.any(String));
  });
});
