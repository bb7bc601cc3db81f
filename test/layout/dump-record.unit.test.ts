// Goal: a record comes through a dump as it was, to the byte; what no log can hold is refused. Method: generated records
// are encoded, told to the dump's schema, encoded and decoded as entries, and encoded as records again.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { given, ifGiven } from '../../src/core/base/given.ts';
import { limits } from '../../src/core/base/limits.ts';
import { isSessionOp } from '../../src/core/fold/session.ts';
import type { LogRecord } from '../../src/core/log/record.ts';
import { dumpSchemaText, EntryEncoder, entryDecoder } from '../../src/layout/dump-entry.ts';
import { fromTransaction, toTransaction } from '../../src/layout/dump-record.ts';
import type { TransactionBody } from '../../src/layout/dump-schema.ts';
import { toHex } from '../../src/layout/hex.ts';
import { compileRecordSchema, decodeTexts, firstDigest, RecordEncoder } from '../../src/layout/record-codec.ts';
import { recordSchema } from '../../src/layout/record-schema.ts';
import { record } from './any-record.ts';

const schema = compileRecordSchema(recordSchema);

function encode(some: LogRecord): Buffer {
  const encoder = new RecordEncoder();
  encoder.start(firstDigest);
  return Buffer.from(encoder.encode(some, 1, true));
}

function throughDump(position: number, txn: TransactionBody): TransactionBody {
  const encoder = new EntryEncoder();
  encoder.add({ kind: 'TXN', position, txn });
  const [entry] = entryDecoder(dumpSchemaText)(Buffer.from(encoder.bytes), 1);
  return entry?.txn as TransactionBody;
}

/** With names that a log can hold, and operations on sessions and themes left to the other tests. */
function named(some: Omit<LogRecord, 'position'>): Omit<LogRecord, 'position'> {
  const name = (text: string) => `n${text.replaceAll(/[\p{C}\u2028\u2029]/gu, '')}`;
  const changes = some.changes
    .filter(({ op }) => !isSessionOp(op) && op !== 'restore')
    .map((change) => ({
      ...change,
      key: name(change.key),
      ...given({ owner: ifGiven(change.owner, name) }),
      ...given({ reducer: ifGiven(change.reducer, name) }),
    }));
  const actor = some.actor === undefined ? undefined : name(some.actor);
  const rejection = some.rejection && {
    ...some.rejection,
    ...given({ key: ifGiven(some.rejection.key, name) }),
  };
  const { correlation, causation } = some;
  const links = given({ correlation: ifGiven(correlation, name), causation: ifGiven(causation, name) });
  return { ...some, id: name(some.id), actor, changes, rejection, ...links };
}

const plain: TransactionBody = {
  ...{ id: 'r-1', type: 't', time: 1, committed: true, decided: false, actor: null, payload: null },
  ...{ changes: '[{"op":"set","key":"k","value":1}]', expect: null, rejection: null, compensates: null, digest: null },
};

describe('a record in a dump', () => {
  it('has the same bytes and the same digest afterwards', () => {
    const forbidden = /__proto__|constructor|prototype/;
    fc.assert(
      fc.property(record.map(named), (some) => {
        fc.pre(!forbidden.test(JSON.stringify(some)));
        const bytes = encode({ ...some, position: 7 });
        const texts = decodeTexts(7, bytes, () => schema);
        const again = fromTransaction(7, throughDump(7, toTransaction(7, 'some.type', texts)));
        expect(toHex(encode(again))).toBe(toHex(bytes));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['an operation that no log has', { changes: '[{"op":"destroy","key":"k"}]' }],
    ['a change that is no object', { changes: '[1]' }],
    ['changes that are no list', { changes: '{}' }],
    ['broken JSON', { payload: '{' }],
    ['a key that is too long', { changes: JSON.stringify([{ op: 'set', key: 'k'.repeat(600), value: 1 }]) }],
    ['an empty key', { changes: '[{"op":"set","key":"","value":1}]' }],
    ['a key that reaches a prototype', { changes: '[{"op":"set","key":"k","value":{"__proto__":{"a":1}}}]' }],
    ['the same behind an escape', { changes: '[{"op":"set","key":"k","value":{"__pr\\u006fto__":{"a":1}}}]' }],
    [
      'a value that is too deep',
      { payload: `${'['.repeat(limits.jsonDepthMax + 3)}1${']'.repeat(limits.jsonDepthMax + 3)}` },
    ],
    ['a depth bomb', { payload: '['.repeat(1_000_000) }],
    ['a time before 1970', { time: -1 }],
    ['a compensation of nothing', { compensates: 0 }],
    ['an id that is too long', { id: 'x'.repeat(400) }],
    ['expectations that are none', { expect: '[1]' }],
    ['a time that is not a time', { time: 2 ** 50 }],
  ] as const)('is refused with %s', (_, wrong) => {
    expect(() => fromTransaction(1, { ...plain, ...wrong })).toThrow(expect.objectContaining({ code: 'DUMP_INVALID' }));
  });
});

describe('the schema of another version', () => {
  const entry = () => {
    const encoder = new EntryEncoder();
    encoder.add({ kind: 'TXN', position: 1, txn: plain });
    return Buffer.from(encoder.bytes);
  };

  it('is resolved where it adds a field', () => {
    const later = JSON.parse(dumpSchemaText) as { fields: unknown[] };
    later.fields.splice(-2, 0, { name: 'more', type: ['null', 'string'], default: null });
    // The new field stands before signature and seal, which are null here.
    const bytes = Buffer.concat([entry().subarray(0, -2), Buffer.from([0, 0, 0])]);
    const [read] = entryDecoder(JSON.stringify(later))(bytes, 1);
    expect(read?.txn?.id).toBe('r-1');
  });

  it.each([
    ['an array', { type: 'array', items: 'null' }],
    ['a map', { type: 'map', values: 'int' }],
    ['itself', ['null', 'txlog.dump.v1.Entry']],
    [
      'an array in a record',
      { type: 'record', name: 'X', fields: [{ name: 'a', type: { type: 'array', items: 'null' } }] },
    ],
  ])('is refused with %s', (_, type) => {
    const other = JSON.parse(dumpSchemaText) as { fields: unknown[] };
    other.fields.push({ name: 'more', type, default: null });
    expect(() => entryDecoder(JSON.stringify(other))).toThrow(expect.objectContaining({ code: 'DUMP_INVALID' }));
  });

  it('is refused where it is too deep', () => {
    let type: unknown = 'int';
    for (let i = 0; i < 40; i++) type = { type: 'record', name: `R${i}`, fields: [{ name: 'a', type }] };
    expect(() => entryDecoder(JSON.stringify(type))).toThrow(expect.objectContaining({ code: 'DUMP_INVALID' }));
  });
});
