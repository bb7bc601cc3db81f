// Goal: every error is told with its code, its place and its next step, in both forms. Method: the whole list of codes.
import { expect, it } from 'vitest';
import { exitCodeOfCode, exitMeanings, withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { errorJson, exitCodeOf, formatError, reportStyle } from '../../src/cli/frame/report-error.ts';
import { AssertionFailure } from '../../src/core/base/assert.ts';
import { errorCodes } from '../../src/core/base/error-codes.ts';
import { TxlogError } from '../../src/core/base/errors.ts';

const plain = { json: false, verbose: false };

it.each([...errorCodes])('%s has a documented exit code that is no success', (code) => {
  expect(Object.keys(exitMeanings)).toContain(String(exitCodeOfCode(code)));
  expect(exitCodeOfCode(code)).toBeGreaterThan(1);
  expect(exitCodeOf(new TxlogError(code, 'm'))).toBe(exitCodeOfCode(code));
});

it('an error is told in one line, then why, then what to do', () => {
  const error = new TxlogError('JSON_INVALID', 'bad \u001b text', {
    hint: 'Why.',
    next: ['txlog x'],
    line: 3,
    column: 9,
  });
  expect(formatError(error, plain)).toBe(
    'txlog: JSON_INVALID: line 3, column 9: bad \\u001b text\n  Why.\n  next: txlog x\n',
  );
  expect(JSON.parse(formatError(error, { ...plain, json: true }))).toEqual({
    v: 1,
    error: {
      ...{ code: 'JSON_INVALID', message: 'bad \u001b text', hint: 'Why.', next: ['txlog x'] },
      ...{ exit: 65, line: 3, column: 9 },
    },
  });
});

it('an error that is no TxlogError is called a bug, with 70, and its stack is shown only when asked', () => {
  for (const error of [new AssertionFailure('gap\nafter 3'), new TypeError('x'), 'text']) {
    expect(errorJson(error)).toMatchObject({ error: { code: 'BUG', exit: 70 } });
    expect(formatError(error, plain)).not.toContain('    at ');
  }
  const shown = formatError(new Error('outer', { cause: new Error('inner') }), { json: false, verbose: true });
  expect(shown).toMatch(/ {4}at .*\ncaused by Error: inner\n {4}at /s);
});

it('the form of errors is read from the raw words of a command line, up to --', () => {
  expect(reportStyle(['get', '--json'])).toMatchObject({ json: true });
  expect(reportStyle(['log', '--ndjson'])).toMatchObject({ json: true });
  expect(reportStyle(['get', '--', '--json', '--verbose'])).toEqual({
    json: false,
    verbose: Boolean(process.env.DEBUG),
  });
});

it('the help of a command lists its exit codes', () => {
  expect(withExitCodes('Text.', [0, 65])).toBe('Text.\n\nExit codes:\n0    done\n65   bad data');
});
