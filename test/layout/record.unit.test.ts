// Goal: records come back as they were, are chained, and damage is found. Method: generated records; the digests and the
// checksum are computed again here, from the bytes alone.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import avro from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/base/json.ts';
import { limits } from '../../src/core/base/limits.ts';
import type { Change } from '../../src/core/fold/change.ts';
import type { LogRecord } from '../../src/core/log/record.ts';
import {
  chainDigest,
  compileRecordSchema,
  decodeFolded,
  decodeHeader,
  decodeRecord,
  firstDigest,
  namedType,
  RecordEncoder,
  recordDigest,
} from '../../src/layout/record-codec.ts';
import { recordSchema } from '../../src/layout/record-schema.ts';
import { record, tight } from './any-record.ts';

const schema = compileRecordSchema(recordSchema);
const decode = (position: number, bytes: Uint8Array, typeName = 'some.type') =>
  decodeRecord(position, bytes, { typeName: () => typeName, schema: () => schema });

function plain(value: JsonValue, bytes = 0): LogRecord {
  const changes: Change[] = [{ op: 'set', key: 'k', value: bytes === 0 ? value : 'x'.repeat(bytes) }];
  return {
    position: 1,
    id: 'r-1',
    type: 'some.type',
    actor: undefined,
    payload: undefined,
    changes,
    expect: [],
    time: 1,
    outcome: 'committed',
    decided: false,
    rejection: undefined,
    compensates: undefined,
  };
}

const sha256 = (...parts: Uint8Array[]) => {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest('hex');
};

describe('records', () => {
  it('come back as they were, with the digest that chains them', () => {
    const encoder = new RecordEncoder();
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 6 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (list, before) => {
          encoder.start(before);
          let previous: Uint8Array = before;
          list.forEach((fields, i) => {
            const written = { ...fields, position: i + 1 };
            // Every other one as the first of its type.
            const isFirst = i % 2 === 1;
            const bytes = Buffer.from(encoder.encode(written, 7, isFirst));
            const { digest, ...read } = decode(i + 1, bytes);
            expect(read).toEqual(written);
            expect(namedType(i + 1, bytes)).toEqual(isFirst ? { type: 7, name: written.type } : undefined);
            const body = bytes.subarray(0, bytes.length - 32);
            expect(Buffer.from(digest).toString('hex')).toBe(sha256(previous, body));
            expect(Buffer.from(chainDigest(previous, bytes)).equals(digest)).toBe(true);
            expect(bytes.readUInt32BE(0)).toBe(crc32(body.subarray(4)));
            previous = digest;
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('are read for a fold as they are read in full', () => {
    const encoder = new RecordEncoder();
    fc.assert(
      fc.property(record, fc.integer({ min: 1, max: 2 ** 52 }), (fields, position) => {
        encoder.start(firstDigest);
        const bytes = Buffer.from(encoder.encode({ ...fields, position }, 7, fields.decided));
        const { id, type, time, outcome, changes, rejection, compensates, ...more } = decode(position, bytes);
        const { expect: asked, claims, traceparent } = more;
        const expects = asked.length > 0 || claims !== undefined || traceparent !== undefined;
        const decoding = { typeName: () => 'some.type', schema: () => schema };
        const folded = decodeFolded(position, bytes, decoding);
        // A value that is still text is no field of its own.
        const seen = folded.changes.map((change) => tight({ ...change, text: undefined, value: change.value }));
        const key = rejection?.key;
        expect({ ...folded, changes: seen }).toEqual({
          ...{ position, id, type, time, outcome, changes, compensates, expects },
          rejection: key === undefined ? undefined : { key },
        });
        for (const own of new Set(changes.map((change) => change.key))) {
          const part = decodeFolded(position, bytes, { ...decoding, key: Buffer.from(own) });
          expect({ ...part, changes: [] }).toEqual({ ...folded, changes: [] });
          expect(part.changes).toEqual(folded.changes.filter((change) => change.key === own));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are refused for a fold when a byte is another', () => {
    const encoder = new RecordEncoder();
    encoder.start(firstDigest);
    const bytes = Buffer.from(encoder.encode(plain({ a: 1 }), 7));
    bytes[30] = (bytes[30] as number) ^ 1;
    const read = () => decodeFolded(1, bytes, { typeName: () => 'some.type', schema: () => schema });
    expect(read).toThrow('checksum');
  });

  it('start their chain at 32 zero bytes', () => {
    expect(Buffer.from(firstDigest).toString('hex')).toBe('00'.repeat(32));
  });

  it('tell type, outcome, time and length in their header', () => {
    const encoder = new RecordEncoder();
    encoder.start(firstDigest);
    const time = 2 ** 47 + 12345;
    const bytes = encoder.encode({ ...plain(1), time, outcome: 'rejected', decided: true }, 65_535);
    expect(decodeHeader(bytes)).toEqual({
      schema: 1,
      type: 65_535,
      outcome: 'rejected',
      decided: true,
      linked: false,
      time,
      bodyBytes: bytes.length - 20 - 32,
    });
  });

  it('may be larger than the arena, one after another, and stay valid until the next batch', () => {
    const encoder = new RecordEncoder();
    for (let round = 0; round < 2; round++) {
      encoder.start(firstDigest);
      const sizes = [10, 300_000, 5, limits.requestBytesMax, 2 * limits.requestBytesMax, 100, 1_000_000];
      const rows = sizes.map((size) => encoder.encode(plain('', size), 1, true));
      let previous: Uint8Array = firstDigest;
      rows.forEach((bytes, i) => {
        const read = decode(1, bytes);
        expect(read.changes[0]?.value).toHaveLength(sizes[i] as number);
        expect(Buffer.from(read.digest).toString('hex')).toBe(sha256(previous, bytes.subarray(0, -32)));
        previous = recordDigest(bytes);
      });
    }
  });

  it('of which a single bit is turned are refused, wherever it is before the digest', () => {
    const encoder = new RecordEncoder();
    encoder.start(firstDigest);
    const good = Buffer.from(encoder.encode(plain({ some: ['value', 1] }), 1));
    fc.assert(
      fc.property(fc.nat((good.length - 32) * 8 - 1), (bit) => {
        const damaged = Buffer.from(good);
        damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(() => decode(1, damaged)).toThrow(expect.objectContaining({ code: 'STORAGE_CORRUPT' }));
      }),
      { numRuns: 300 },
    );
  });

  it('that are cut short or grew are refused', () => {
    const encoder = new RecordEncoder();
    encoder.start(firstDigest);
    const good = Buffer.from(encoder.encode(plain('value'), 1));
    for (const bytes of [
      good.subarray(0, 0),
      good.subarray(0, 19),
      good.subarray(0, 51),
      good.subarray(0, -1),
      Buffer.concat([good, good]),
    ]) {
      expect(() => decode(1, bytes)).toThrow(expect.objectContaining({ code: 'STORAGE_CORRUPT' }));
    }
  });
});

it('a record of a schema that lacks a field, or knows one more, is read as Avro resolves schemas', () => {
  // Method: encode with the package itself, by a schema with one field less and one more, and decode with ours.
  const { fields, ...rest } = recordSchema;
  const other = {
    ...rest,
    fields: [...fields.filter(({ name }) => name !== 'compensates'), { name: 'later', type: 'string' }],
  };
  const writer = avro.Type.forSchema(other as never);
  const body = { id: 'r-1', actor: null, payload: '{"n":1}', changes: [], expect: null, rejection: null, later: 'x' };
  const { value } = compileRecordSchema(other).decode(writer.toBuffer(body), 0);
  expect(value).toMatchObject({ id: 'r-1', payload: '{"n":1}', compensates: null });
  expect(value).not.toHaveProperty('later');
});
