// Goal: what is written into rows is what is read from them, at every size. Method: generated values and the edges.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/base/json.ts';
import { limits } from '../../src/core/base/limits.ts';
import { withVersion } from '../../src/core/fold/raw-json.ts';
import { type State, untouched } from '../../src/core/fold/state.ts';
import { asBuffer, ByteReader, ByteWriter } from '../../src/layout/bytes.ts';
import { fromHex, toHex } from '../../src/layout/hex.ts';
import { decodePositions, encodePositions } from '../../src/layout/positions.ts';
import { decodeStateRow, encodeStateRow } from '../../src/layout/state-row.ts';

const position = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));

describe('varints', () => {
  it.each([
    [0, 1],
    [127, 1],
    [128, 2],
    [16383, 2],
    [16384, 3],
    [2 ** 31, 5],
    [2 ** 32 - 1, 5],
    [2 ** 32, 5],
    [2 ** 49 - 1, 7],
    [2 ** 49, 8],
    [Number.MAX_SAFE_INTEGER, 8],
  ])('%d takes %d bytes', (value, length) => {
    const bytes = new ByteWriter().varint(value).done();
    expect(bytes.length).toBe(length);
    expect(new ByteReader(bytes).varint()).toBe(value);
  });

  it.each([-1, 0.5, 2 ** 53, Number.NaN])('of %d fail an assertion', (value) => {
    expect(() => new ByteWriter().varint(value)).toThrow('varint');
  });

  it('stand one after another, with bytes and text, beyond the first buffer', () => {
    fc.assert(
      fc.property(
        fc.array(position, { maxLength: 400 }),
        fc.string({ unit: 'binary', maxLength: 3000 }),
        (numbers, text) => {
          const writer = new ByteWriter();
          writer.byte(7);
          for (const number of numbers) writer.varint(number);
          const bytes = writer.text(text).done();
          const reader = new ByteReader(bytes);
          expect(reader.byte()).toBe(7);
          for (const number of numbers) expect(reader.varint()).toBe(number);
          expect(reader.text()).toBe(text);
          expect(reader.left).toBe(0);
        },
      ),
    );
  });

  it('of a row that ends too early are refused', () => {
    const bytes = new ByteWriter().varint(Number.MAX_SAFE_INTEGER).done();
    expect(() => new ByteReader(bytes.subarray(0, 5)).varint()).toThrow('ends too early');
  });
});

describe('writers', () => {
  it('give copies, so that writing on changes nothing that was given', () => {
    const writer = new ByteWriter();
    const first = writer.text('first').done();
    writer.reset().text('other');
    expect(first.toString()).toBe('first');
  });
});

describe('bytes', () => {
  it('are seen as a buffer without a copy, at their own place', () => {
    const whole = new Uint8Array([1, 2, 3, 4]);
    const part = asBuffer(whole.subarray(1, 3));
    expect([...part]).toEqual([2, 3]);
    whole[1] = 9;
    expect(part[0]).toBe(9);
  });

  it('are written as hex and back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect([...fromHex(toHex(bytes))]).toEqual([...bytes]);
      }),
    );
  });
});

describe('positions', () => {
  it('come back as they were, in rising lists', () => {
    const rising = fc.uniqueArray(position, { maxLength: 600 }).map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(rising, (list) => {
        expect(decodePositions(encodePositions(list), 'postings', Buffer.from('list'))).toEqual(list);
      }),
    );
  });

  it('take a byte each when they are close', () => {
    const list = Array.from({ length: 512 }, (_, i) => 1_000_000 + i * 5);
    expect(encodePositions(list).length).toBe(3 + 511);
  });

  it('that fall fail an assertion', () => {
    expect(() => encodePositions([5, 4])).toThrow('varint');
  });
});

describe('state rows', () => {
  const value = fc.oneof(
    fc.jsonValue() as fc.Arbitrary<JsonValue>,
    fc.constant<JsonValue>('x'.repeat(limits.valueBytesMax - 2)),
  );
  const optional = fc.option(position, { nil: undefined });
  const row = fc
    .record({
      kind: fc.constantFrom('dedicated' as const, 'shared' as const),
      exists: fc.boolean(),
      value,
      version: fc.integer({ min: 1, max: 2 ** 40 }),
      position,
      owner: optional,
      pendingUntil: optional,
      ops: fc.nat(0x1fff),
      positions: fc.uniqueArray(position, { minLength: 64, maxLength: 64 }),
    })
    .map(({ positions, ...fields }) => {
      const known = JSON.parse(JSON.stringify(fields.value)) as JsonValue;
      const state: State = { ...fields, key: 'k', value: fields.exists ? known : undefined };
      const tail = positions.sort((a, b) => a - b).slice(0, state.version % limits.appliedPerChunk);
      return { state, tail };
    });

  it('come back as they were', () => {
    fc.assert(
      fc.property(row, (written) => {
        const bytes = encodeStateRow(written);
        const { state, tail } = decodeStateRow('k', bytes);
        // Its value is text until it is asked for, and is written as that text.
        expect(encodeStateRow({ state, tail }).equals(bytes)).toBe(true);
        expect({ state: withVersion(state, state.version), tail }).toEqual(written);
      }),
    );
  });

  it('whose tail does not fit the version fail an assertion', () => {
    const state = { ...untouched('k', 'shared'), version: 65 };
    expect(() => encodeStateRow({ state, tail: [] })).toThrow('tail');
    expect(() => encodeStateRow({ state, tail: [1, 2] })).toThrow('tail');
  });
});
