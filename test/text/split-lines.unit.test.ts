// Goal: lines are the same however their bytes are cut into chunks. Method: every cut of chosen bytes, and properties.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';
import { type Line, LineSplitter } from '../../src/text/split-lines.ts';

function split(chunks: readonly Uint8Array[]): Line[] {
  const splitter = new LineSplitter();
  return [...chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk))), ...splitter.end()];
}

const seen = (lines: readonly Line[]) =>
  lines.map((line) =>
    'error' in line ? [line.number, line.error.code, line.error.details.column] : [line.number, line.text],
  );

it('blank lines are counted and left out', () => {
  expect(seen(split([Buffer.from('\n{"a":1}\r\n  \n\n{"b":2}')]))).toEqual([
    [2, '{"a":1}\r'],
    [5, '{"b":2}'],
  ]);
});

it('a byte order mark is dropped, and only at the start', () => {
  expect(seen(split([Buffer.from('\ufeffa\n\ufeffb\n')]))).toEqual([
    [1, 'a'],
    [2, '\ufeffb'],
  ]);
});

it('the error about bytes that are not UTF-8 names line and column, and the next line is read', () => {
  const bytes = Buffer.concat([Buffer.from('ok\nüé'), Buffer.from([0xff]), Buffer.from('x\nok\n')]);
  expect(seen(split([bytes]))).toEqual([
    [1, 'ok'],
    [2, 'UTF8_INVALID', 3],
    [3, 'ok'],
  ]);
});

it('a replacement character that was sent is told from one that stands for bad bytes', () => {
  const bytes = Buffer.concat([Buffer.from('\ufffd'), Buffer.from([0xc3]), Buffer.from('x')]);
  expect(seen(split([bytes]))).toEqual([[1, 'UTF8_INVALID', 2]]);
});

it('a line over the bound is refused without keeping it, and the next line is read', () => {
  const chunk = Buffer.alloc(1024 * 1024, 'v');
  const chunks = Array.from({ length: 40 }, () => chunk);
  const splitter = new LineSplitter();
  for (const part of chunks) expect(splitter.push(part)).toEqual([]);
  const lines = [...splitter.push(Buffer.from('\nok\n')), ...splitter.end()];
  expect(seen(lines)).toEqual([
    [1, 'REQUEST_TOO_LARGE', undefined],
    [2, 'ok'],
  ]);
  expect(lines[0]).toMatchObject({ error: { message: expect.stringContaining(String(limits.requestBytesMax)) } });
});

it('the bound of a line counts bytes', () => {
  expect(split([Buffer.from('aü€😀\nabc')])).toMatchObject([{ bytes: 10 }, { bytes: 3 }]);
});

it('the lines are the same for every way to cut the bytes into chunks', () => {
  const piece = fc.oneof(
    fc.constantFrom('\n', '\r\n', 'ü', '€', '😀', '{"a":1}', ' '),
    fc.uint8Array({ maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(60), { maxLength: 8 }), (pieces, cuts) => {
      const bytes = Buffer.concat(pieces.map((part) => Buffer.from(part as string)));
      const places = [...new Set(cuts)].filter((cut) => cut < bytes.length).sort((a, b) => a - b);
      const chunks = [0, ...places].map((place, i) => bytes.subarray(place, places[i] ?? bytes.length));
      expect(seen(split(chunks))).toEqual(seen(split([bytes])));
    }),
  );
});
