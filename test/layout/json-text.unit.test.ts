// Goal: JSON is read strictly, quickly or slowly, and a refusal names its place. Method: tables, and a comparison with
// JSON.parse on generated texts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/core/base/error-codes.ts';
import { parseJson } from '../../src/layout/json-text.ts';

function refusal(text: string): { code: ErrorCode; place: string } | undefined {
  try {
    parseJson(text);
    return undefined;
  } catch (error) {
    const { code, details } = error as { code: ErrorCode; details: { line: number; column: number } };
    return { code, place: `${details.line}:${details.column}` };
  }
}

describe('numbers', () => {
  it.each([
    ['0.1', 0.1],
    ['1.0', 1],
    ['-0', -0],
    ['1E5', 1e5],
    ['1e5', 1e5],
    ['1e-5', 1e-5],
    ['1.50', 1.5],
    ['100E-2', 1],
    ['0.30000000000000004', 0.30000000000000004],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992],
    ['-123456789012345', -123456789012345],
    ['123456789.012345', 123456789.012345],
    ['5e-324', 5e-324],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['1e23', 1e23],
    [`1.${'0'.repeat(1000)}`, 1],
  ])('%s is taken', (text, value) => {
    expect(parseJson(text)).toBe(value);
    expect(parseJson(`{"a":[${text}]}`)).toEqual({ a: [value] });
  });

  it.each([
    '9007199254740993',
    '-9007199254740993',
    '12345678901234567890',
    '1e400',
    '1E400',
    '-1e309',
    '1e-400',
    '0.1000000000000000055511151231257827',
    '123456789012345678e-3',
    '1.7976931348623159e308',
    `0.1${'0'.repeat(200_000)}1`,
    `1${'0'.repeat(400)}`,
  ])('%s would be rounded, and is refused', (text) => {
    expect(refusal(text)).toEqual({ code: 'JSON_INEXACT_NUMBER', place: '1:1' });
    expect(refusal(`{"a":\n ${text}}`)).toEqual({ code: 'JSON_INEXACT_NUMBER', place: '2:2' });
  });

  it('are refused exactly when JavaScript would write another number', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9][0-9]{0,22})(\.[0-9]{1,8})?(e[+-]?[0-9]{1,3})?$/);
    const plain = (text: string) => {
      const [, sign, whole = '', fraction = '', exponent = '0'] =
        /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(text) ?? [];
      const scale = Number(exponent) - fraction.length + 1200;
      return `${sign}${BigInt(whole + fraction) * 10n ** BigInt(scale)}`.replace(/^-0$/, '0');
    };
    fc.assert(
      fc.property(digits, (text) => {
        const value = Number(text);
        const exact = Number.isFinite(value) && plain(String(value)) === plain(text);
        expect(refusal(text) === undefined).toBe(exact);
        if (exact) expect(parseJson(text)).toBe(value);
      }),
      { numRuns: 500 },
    );
  });
});

describe('keys', () => {
  it.each([
    ['{"a":1,"a":1}', '1:8'],
    ['{"a":1,\n "\\u0061":2}', '2:2'],
    ['{"x":[{"b":{},"c":1,"b":2}]}', '1:21'],
    ['{"\\n":1,"\\u000a":2}', '1:9'],
    ['{"":1,"":2}', '1:7'],
  ])('that stand twice are refused: %s', (text, place) => {
    expect(refusal(text)).toEqual({ code: 'JSON_DUPLICATE_KEY', place });
  });

  it('may be the same in different objects, and hold what looks like JSON', () => {
    expect(parseJson('[{"a":{"a":1}},{"a":[{"a":2}]}]')).toEqual([{ a: { a: 1 } }, { a: [{ a: 2 }] }]);
    expect(parseJson('{"{\\"a\\":1,":":::","\\\\":"\\""}')).toEqual({ '{"a":1,': ':::', '\\': '"' });
  });

  it.each([
    ['{"__proto__":1}', '1:2'],
    ['{"a":1,"\\u005f_proto__":{"x":1}}', '1:8'],
    ['{"\\u005f\\u005f\\u0070roto__":1}', '1:2'],
    ['[\n{"constructor":null}]', '2:2'],
    ['{"a":{"prototype":[]}}', '1:7'],
  ])('that could reach a prototype are refused: %s', (text, place) => {
    expect(refusal(text)).toEqual({ code: 'JSON_FORBIDDEN_KEY', place });
  });

  it('never reach a prototype', () => {
    expect(refusal('{"__proto__":{"polluted":1}}')).toBeDefined();
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it.each(['__proto', 'prototypes', 'toString', 'hasOwnProperty', '__PROTO__'])(
    'may have any ordinary name: %s',
    (key) => {
      expect(parseJson(JSON.stringify({ [key]: 1 }))).toEqual({ [key]: 1 });
    },
  );
});

describe('depth', () => {
  it('is 64 at most, of lists and objects together', () => {
    const nested = (depth: number) => `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`;
    expect(parseJson(nested(64))).toBeDefined();
    expect(refusal(nested(66))?.code).toBe('JSON_TOO_DEEP');
    expect(refusal(`${'['.repeat(65)}${']'.repeat(65)}`)).toEqual({ code: 'JSON_TOO_DEEP', place: '1:65' });
    expect(refusal('['.repeat(500_000))?.code).toBe('JSON_TOO_DEEP');
    expect(refusal('{"a":'.repeat(500_000))?.code).toBe('JSON_TOO_DEEP');
  });

  it('does not count what stands in text, nor what stands side by side', () => {
    expect(parseJson(`"${'['.repeat(100)}"`)).toBe('['.repeat(100));
    expect(parseJson(`[${Array(100).fill('[]').join(',')}]`)).toHaveLength(100);
  });
});

describe('text', () => {
  it.each([
    ['"\\ud800"', '1:1'],
    ['"\ud800"', '1:1'],
    ['["ok",\n"\\udc00\\ud800"]', '2:1'],
    ['{"a":1,"\\udfff":1}', '1:8'],
  ])('that holds half of a surrogate pair is refused: %j', (text, place) => {
    expect(refusal(text)).toEqual({ code: 'JSON_UNPAIRED_SURROGATE', place });
  });

  it('may hold whole surrogate pairs and any other character', () => {
    expect(parseJson('"\\ud83d\\ude00 \u{1f600} \\u0000 \u2028 \u007f"')).toBe(
      '\u{1f600} \u{1f600} \u0000 \u2028 \u007f',
    );
  });

  it.each([
    ['', '1:1'],
    ['   ', '1:4'],
    ['{"a":1,}', '1:8'],
    ['[1,]', '1:4'],
    ['[,1]', '1:2'],
    ['{"a":1 /* c */}', '1:8'],
    ['// c\n1', '1:1'],
    ['\ufeff{}', '1:1'],
    ['\u0000', '1:1'],
    ['{"a":1}\u0000', '1:8'],
    ['"a\u0001b"', '1:1'],
    ['"a\tb"', '1:1'],
    ['{"a":\n"b\nc"}', '2:1'],
    ['1 2', '1:3'],
    ['{}{}', '1:3'],
    ['01', '1:2'],
    ['1.', '1:1'],
    ['.5', '1:1'],
    ['+1', '1:1'],
    ['-', '1:1'],
    ['NaN', '1:1'],
    ['Infinity', '1:1'],
    ['undefined', '1:1'],
    ['\u00a01', '1:1'],
    ['\u000b1', '1:1'],
    ['{a:1}', '1:2'],
    ["{'a':1}", '1:2'],
    ['{"a" 1}', '1:6'],
    ['{"a"}', '1:5'],
    ['[1 2]', '1:4'],
    ['"abc', '1:1'],
    ['"\\x"', '1:1'],
    ['"\\u12"', '1:1'],
    ['{"a":1', '1:7'],
    ['[', '1:2'],
    [']', '1:1'],
  ])('that is broken JSON is refused: %j', (text, place) => {
    expect(refusal(text)).toEqual({ code: 'JSON_INVALID', place });
  });
});

describe('parseJson', () => {
  it('takes what JSON.stringify writes, however it is spaced', () => {
    const value = fc.jsonValue({ maxDepth: 6, noUnicodeString: false });
    fc.assert(
      fc.property(value, fc.constantFrom(0, 1, '\t', '\r\n'), (some, space) => {
        const text = JSON.stringify(some, null, space);
        let expected: unknown;
        try {
          expected = parseJson(text);
        } catch (error) {
          // Generated names may be the forbidden ones.
          expect((error as { code: string }).code).toBe('JSON_FORBIDDEN_KEY');
          return;
        }
        expect(expected).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  it('never takes what JSON.parse refuses', () => {
    const fragments = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        '"a"',
        '1',
        '-',
        'e',
        '.',
        '0',
        'true',
        'nul',
        ' ',
        '\n',
        '\\',
        '\\u',
        '/',
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(fragments, (parts) => {
        const text = parts.join('');
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        if (!valid) expect(refusal(text)).toBeDefined();
        else expect(refusal(text)?.code).not.toBe('JSON_INVALID');
      }),
      { numRuns: 2000 },
    );
  });
});
