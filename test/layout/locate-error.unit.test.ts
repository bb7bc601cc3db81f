// Goal: the column of an error in an NDJSON line is where an editor shows it, whatever stands in the line. Method: a
// table of lines; the place is marked by what the column must point at.
import { expect, it } from 'vitest';
import { TxlogError } from '../../src/core/base/errors.ts';
import { parseJson } from '../../src/layout/json-text.ts';
import { locateError } from '../../src/layout/locate-error.ts';

it.each([
  ['a key that stands twice', '{"a":1,"a":2}', '"a":2'],
  ['one behind a carriage return', '{"a":1,\r"a":2}', '"a":2'],
  ['one behind several', '\r{"a":1\r\r,"b":{},\r\r"a":2}', '"a":2'],
  ['the end of a line that Windows wrote', '{"a":1\r', ''],
])('the column of an error points at %s', (_, text, at) => {
  const error = refusal(text);
  expect(locateError(error, 7, text).details).toMatchObject({
    line: 7,
    column: at === '' ? text.length + 1 : text.indexOf(at) + 1,
  });
});

it('the column of an error points at the field that it names, and else at the start of the line', () => {
  const text = '{"type":"t",\r"changes":[{"op":"set","key":5}]}';
  const named = new TxlogError('KEY_INVALID', 'no key', { path: 'changes[0].key' });
  expect(locateError(named, 2, text).details.column).toBe(text.indexOf('"key"') + 1);
  expect(locateError(new TxlogError('REQUEST_INVALID', 'no object'), 2, text).details.column).toBe(1);
});

function refusal(text: string): TxlogError {
  try {
    parseJson(text);
  } catch (error) {
    return error as TxlogError;
  }
  throw new Error(`${text} is JSON`);
}
