// Goal: keys order as what they name, never collide, and read back. Method: generated names.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findNameProblem } from '../../src/core/base/key.ts';
import { limits } from '../../src/core/base/limits.ts';
import {
  chunkKey,
  keyChunk,
  keyPosition,
  keyRequest,
  keyText,
  positionKey,
  prefixEnd,
  requestKey,
  textKey,
} from '../../src/layout/keys.ts';

const position = fc.oneof(fc.nat(1000), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));
const name = fc
  .oneof(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), fc.string({ minLength: 1, maxLength: 3 }))
  .filter((text) => findNameProblem(text, limits.idBytesMax) === undefined);
const id = fc.oneof(
  name,
  fc.uuid(),
  fc.uuid().map((uuid) => uuid.toUpperCase()),
  fc.uuid().map((uuid) => uuid.replaceAll('-', '')),
  fc.uuid().map((uuid) => `${uuid}0`),
);

describe('position keys', () => {
  it('order as positions do and read back', () => {
    fc.assert(
      fc.property(position, position, (a, b) => {
        expect(keyPosition(positionKey(a))).toBe(a);
        expect(Math.sign(Buffer.compare(positionKey(a), positionKey(b)))).toBe(Math.sign(a - b));
      }),
    );
    expect(positionKey(2 ** 32).toString('hex')).toBe('0000000100000000');
    expect(positionKey(Number.MAX_SAFE_INTEGER).toString('hex')).toBe('001fffffffffffff');
  });

  it.each([-1, 1.5, 2 ** 53])('of %d fail an assertion', (bad) => {
    expect(() => positionKey(bad)).toThrow('position');
  });
});

describe('request keys', () => {
  it('are the same only for the same id, and read back', () => {
    fc.assert(
      fc.property(id, id, (a, b) => {
        expect(keyRequest(requestKey(a))).toBe(a);
        expect(requestKey(a).equals(requestKey(b))).toBe(a === b);
      }),
      { numRuns: 500 },
    );
  });

  it('tell a UUID from the texts that look like one', () => {
    const uuid = '0192f1c0-7a3b-7def-8123-456789abcdef';
    const like = [uuid, uuid.toUpperCase(), uuid.replaceAll('-', ''), ` ${uuid}`, uuid.replace('0192', '0I92')];
    const raw = `${Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('latin1')}`;
    const keys = [...like, raw].map((text) => requestKey(text).toString('hex'));
    expect(new Set(keys).size).toBe(keys.length);
    expect(requestKey(uuid).length).toBe(17);
  });

  it('stay within what a table can hold', () => {
    expect(requestKey('é'.repeat(limits.idBytesMax / 2)).length).toBe(limits.idBytesMax + 1);
  });
});

describe('chunk keys', () => {
  it('keep the chunks of a list together and in order, apart from all other lists', () => {
    const chunk = fc.nat(0xffff_fffe);
    fc.assert(
      fc.property(name, chunk, name, chunk, (list, n, other, m) => {
        expect(keyChunk(chunkKey(list, n))).toEqual({ list, chunk: n });
        const inRange = (key: Buffer) =>
          Buffer.compare(key, chunkKey(list, 0)) >= 0 && Buffer.compare(key, chunkKey(list, 0xffff_ffff)) < 0;
        expect(inRange(chunkKey(list, n))).toBe(true);
        expect(inRange(chunkKey(other, m))).toBe(other === list);
        if (other === list)
          expect(Math.sign(Buffer.compare(chunkKey(list, n), chunkKey(list, m)))).toBe(Math.sign(n - m));
      }),
      { numRuns: 500 },
    );
    const [a, b] = [chunkKey('k', 1), chunkKey('k!', 0)];
    expect(Buffer.compare(a, b)).toBeLessThan(0);
  });
});

describe('text keys', () => {
  it('read back, and order by code point', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(keyText(textKey(a))).toBe(a);
        const points = (text: string) => [...text].map((char) => String(char.codePointAt(0)).padStart(8, '0')).join();
        const order = points(a) === points(b) ? 0 : points(a) < points(b) ? -1 : 1;
        expect(Math.sign(Buffer.compare(textKey(a), textKey(b)))).toBe(order);
      }),
    );
  });

  it('with a prefix are exactly those before its end', () => {
    fc.assert(
      fc.property(name, name, (prefix, text) => {
        const key = textKey(text);
        const end = prefixEnd(textKey(prefix));
        const inside = Buffer.compare(key, textKey(prefix)) >= 0 && (!end || Buffer.compare(key, end) < 0);
        expect(inside).toBe(text.startsWith(prefix));
      }),
      { numRuns: 500 },
    );
    expect(prefixEnd(Buffer.from([1, 0xff, 0xff]))?.toString('hex')).toBe('02');
    expect(prefixEnd(Buffer.from([0xff]))).toBeUndefined();
    expect(prefixEnd(Buffer.alloc(0))).toBeUndefined();
  });
});
