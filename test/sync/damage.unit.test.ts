// Goal: damage is refused or harmless, never silent, and costs little. Method: a small dump of each codec is read with
// every byte changed, and cut at every byte; bombs are made by hand, with seals that hold where that is what they need.
import { randomBytes } from 'node:crypto';
import * as zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TxlogError } from '../../src/core/base/errors.ts';
import { limits } from '../../src/core/base/limits.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { type CodecName, codecNames } from '../../src/index.ts';
import { dumpSchemaText } from '../../src/layout/dump-entry.ts';
import { fromTransaction } from '../../src/layout/dump-record.ts';
import type { DumpEntry } from '../../src/layout/dump-schema.ts';
import { firstDigest, RecordEncoder, recordDigest } from '../../src/layout/record-codec.ts';
import { codecOf } from '../../src/sync/codec/codecs.ts';
import { DumpWriter } from '../../src/sync/format/dump-writer.ts';
import type { Manifest } from '../../src/sync/format/manifest.ts';
import { cursorAt } from '../../src/sync/format/sync-cursor.ts';
import { encodeBytes, encodeLong } from '../../src/sync/format/varint.ts';
import { dumpOf, entriesOf, fill, openEmpty, streamOf, take } from './dumps.ts';

let env: Environment;
beforeAll(async () => {
  env = await openEmpty();
  await fill(env, 6);
});
afterAll(() => env.close());

// Node 20 has no zstandard, and says so; the other codecs are everywhere.
const hasZstandard = 'zstdCompressSync' in zlib;
const codecs = codecNames.filter((name) => hasZstandard || name !== 'zstandard');

/** The code that a damaged dump is refused with, or `same` when it reads as the whole one does. */
async function verdict(dump: Buffer, whole: string): Promise<string> {
  try {
    const read = JSON.stringify(await entriesOf(dump));
    return read === whole ? 'same' : 'SILENT';
  } catch (error) {
    if (error instanceof TxlogError) return error.code;
    throw error;
  }
}

const refusals = new Set(['DUMP_DAMAGED', 'DUMP_INCOMPLETE', 'DUMP_INVALID', 'DUMP_NEWER', 'CODEC_UNAVAILABLE']);

describe.each(codecs)('a dump of codec %s', (codec: CodecName) => {
  let dump: Buffer;
  let whole: string;
  beforeAll(async () => {
    dump = await dumpOf(env, { codec, states: true });
    whole = JSON.stringify(await entriesOf(dump));
  });

  it('is refused, or reads the same, with any byte changed', async () => {
    const verdicts = new Map<string, number>();
    for (let at = 0; at < dump.length; at++) {
      const damaged = Buffer.from(dump);
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      const what = await verdict(damaged, whole);
      verdicts.set(what, (verdicts.get(what) ?? 0) + 1);
    }
    const { same = 0, ...others } = Object.fromEntries(verdicts);
    expect(Object.keys(others).filter((code) => !refusals.has(code))).toEqual([]);
    // Only bits that a packer fills its last byte with mean nothing.
    expect(same).toBeLessThan(8);
  });

  it('is refused when it is cut anywhere', async () => {
    for (let length = 0; length < dump.length; length++) {
      expect(await verdict(dump.subarray(0, length), whole)).toMatch(/^DUMP_(INCOMPLETE|INVALID)$/);
    }
  });

  it('is refused with bytes behind its end', async () => {
    expect(await verdict(Buffer.concat([dump, Buffer.from('x')]), whole)).toBe('DUMP_DAMAGED');
    expect(await verdict(Buffer.concat([dump, dump]), whole)).toBe('DUMP_DAMAGED');
  });
});

it('zstandard is there from Node 22.15 on, and CODEC_UNAVAILABLE before', () => {
  if (hasZstandard) expect(codecOf('zstandard').name).toBe('zstandard');
  else expect(() => codecOf('zstandard')).toThrow(expect.objectContaining({ code: 'CODEC_UNAVAILABLE' }));
});

it('blocks that are left out, doubled or put in another order are refused', async () => {
  const large = await openEmpty();
  await fill(large, 60);
  const writer = new DumpWriter(manifest(), { codec: codecOf('null') });
  const pieces = (await entriesOf(await dumpOf(large))).map((entry) => [
    ...writer.add(entry, cursorAt('o', entry.position, '00'.repeat(32))),
    ...writer.flush(),
  ]);
  const blocks = [...pieces.map((piece) => Buffer.concat(piece)), Buffer.concat(writer.end(true))];
  const [first, second, third] = blocks as [Buffer, Buffer, Buffer];
  const read = (parts: readonly Buffer[]) => verdict(Buffer.concat(parts), '');
  expect(await read(blocks)).toBe('SILENT');
  expect(await read([first, ...blocks.slice(2)])).toBe('DUMP_DAMAGED');
  expect(await read([first, second, second, ...blocks.slice(2)])).toBe('DUMP_DAMAGED');
  expect(await read([first, third, second, ...blocks.slice(3)])).toBe('DUMP_DAMAGED');
  expect(await read([first, ...blocks.slice(-1)])).toBe('DUMP_DAMAGED');
  await large.close();
});

function manifest(more: Partial<Manifest> = {}): Manifest {
  const start = cursorAt('o', 0, '00'.repeat(32));
  return {
    ...{ format: 1, unit: 'o', origin: 'o', after: start, head: start, headTime: 0, to: 1, filter: undefined },
    ...{ masked: false, states: false, attachments: 'none', time: '2026-01-31T12:00:00.000Z', ...more },
  };
}

/** A dump of any entries, whose seals hold. */
function forge(entries: readonly DumpEntry[], more: Partial<Manifest> = {}): Buffer {
  const writer = new DumpWriter(manifest(more), { codec: codecOf('null') });
  const pieces = entries.flatMap((entry) => [...writer.add(entry, cursorAt('o', entry.position, '00'.repeat(32)))]);
  return Buffer.concat([...pieces, ...writer.end(true)]);
}

const txn = {
  ...{ id: 'r-1', type: 't', time: 1, committed: true, decided: false, actor: null, payload: null },
  ...{ changes: '[]', expect: null, rejection: null, compensates: null, digest: Buffer.alloc(32) },
};

const plain = fromTransaction(1, txn);

/** The transaction with the digest that it has as the first record of a log. */
function chained(changes: string) {
  const encoder = new RecordEncoder();
  encoder.start(firstDigest);
  const digest = recordDigest(encoder.encode({ ...plain, changes: JSON.parse(changes) }, 1, true));
  return { txn: { ...txn, changes, digest: Buffer.from(digest) } };
}

/** A container with the head of a dump, and whatever follows. */
function container(codec: string, ...blocks: readonly Buffer[]): Buffer {
  const pair = (name: string, value: string) => Buffer.concat([encodeBytes(name), encodeBytes(value)]);
  const pairs = [pair('avro.schema', dumpSchemaText), pair('avro.codec', codec), pair('txlog.format', '1')];
  return Buffer.concat([Buffer.from('Obj\u0001'), encodeLong(3), ...pairs, encodeLong(0), randomBytes(16), ...blocks]);
}

describe('a bomb is refused', () => {
  const packed = (bytes: Buffer) => [encodeLong(1), encodeLong(bytes.length), bytes, Buffer.alloc(16)];
  const huge = 2 ** 40;

  it.each([
    ['a block that claims a terabyte', () => container('null', encodeLong(1), encodeLong(huge), Buffer.alloc(100))],
    ['a block of negative length', () => container('null', encodeLong(1), Buffer.from([1]), Buffer.alloc(100))],
    ['a length that never ends', () => container('null', Buffer.alloc(100, 0xff))],
    ['metadata of a terabyte', () => Buffer.concat([Buffer.from('Obj\u0001'), encodeLong(1), encodeLong(huge)])],
    ['metadata without end', () => Buffer.concat([Buffer.from('Obj\u0001'), encodeLong(huge), Buffer.alloc(2 ** 21)])],
    [
      'deflated zeros',
      () => container('deflate', ...packed(zlib.deflateRawSync(Buffer.alloc(limits.dumpBlockBytesMax + 1)))),
    ],
    ['snappy that claims 4 GiB', () => container('snappy', ...packed(Buffer.from('ffffffff0f0000000000', 'hex')))],
    [
      'snappy that copies what is not there',
      () => container('snappy', ...packed(Buffer.from('40fe010000000000', 'hex'))),
    ],
    ['no Avro at all', () => randomBytes(1000)],
    ['an unknown codec', () => container('bzip2', Buffer.alloc(100))],
  ])('%s', async (_, make) => {
    expect(await verdict(make(), '')).toMatch(/^DUMP_(INVALID|DAMAGED|INCOMPLETE)$/);
  });

  it('more entries than there are, in a block whose seal holds', async () => {
    const dump = forge([{ kind: 'TXN', position: 1, txn }]);
    // The count stands before the block, and no seal covers it.
    // It follows the header, whose end is the same 16 bytes as that of each block.
    const at = dump.indexOf(dump.subarray(-16)) + 16;
    expect(dump.subarray(at, at + 1)).toEqual(encodeLong(3));
    const many = Buffer.concat([dump.subarray(0, at), encodeLong(2 ** 45), dump.subarray(at + 1)]);
    expect(await verdict(many, '')).toBe('DUMP_DAMAGED');
  });

  const forged: readonly (readonly [string, object])[] = [
    ['a sum of text', chained('[{"op":"add","key":"k","value":"x"}]')],
    ['a release of what nobody owns', chained('[{"op":"release","key":"k","owner":"o"}]')],
    ['a change that belongs to no kind', chained('[{"op":"set","key":"k","value":1},{"op":"claim","key":"k"}]')],
    ['a restored state that is none', chained('[{"op":"restore","key":"k","result":7}]')],
    ['a digest that is not the record’s', { txn }],
    ['a record without its transaction', {}],
    ['a session that is led before it is made', chained('[{"op":"session.lead","key":"\\u0001s","value":{}}]')],
    ['a session without a theme', chained('[{"op":"session.new","key":"\\u0001s","value":{}}]')],
    ['a session of nonsense', chained('[{"op":"session.new","key":"\\u0001s","value":{"theme":"x","due":[]}}]')],
    ['a session with data of no kind', chained('[{"op":"session.new","key":"\\u0001s","value":{"theme":1}}]')],
    [
      'an operation on a key of users',
      chained('[{"op":"session.new","key":"s","value":{"theme":1,"data":1,"bytes":1}}]'),
    ],
    ['a theme of nonsense', chained('[{"op":"set","key":"\\u0002t","value":7}]')],
    ['a theme without a number', chained('[{"op":"set","key":"\\u0002t","value":{"number":"x"}}]')],
    ['a theme that is owned', chained('[{"op":"claim","key":"\\u0002t","value":{"number":1}}]')],
    ['a user’s change of a session', chained('[{"op":"set","key":"\\u0001s","value":{"theme":1}}]')],
    ['an unknown key of the engine', chained('[{"op":"set","key":"\\u0007x","value":1}]')],
  ];

  it.each(forged)('%s, with seals that hold: nothing of it is taken', async (_, entry) => {
    const target = await openEmpty();
    const dump = forge([{ kind: 'TXN', position: 1, ...entry }]);
    await expect(take(target, dump)).rejects.toMatchObject({ code: 'DUMP_INVALID' });
    expect((await target.head()).position).toBe(0);
    // And it goes on as if nothing had been.
    expect((await target.submit({ type: 't', changes: [{ op: 'set', key: 'k', value: 1 }] })).position).toBe(1);
    await target.close();
  });

  // A digest says nothing of what is decided anew; and these are requests that anyone may send, and are refused as such.
  const sendable = /^a (?:digest|release|change that)/;
  it.each(forged.filter(([name]) => !sendable.test(name)))('%s: nor as a request', async (_, entry) => {
    const target = await openEmpty();
    const dump = forge([{ kind: 'TXN', position: 1, ...entry }]);
    const refused = /^(DUMP_INVALID|REQUEST_INVALID|KEY_INVALID|TYPE_UNKNOWN)$/;
    await expect(take(target, dump, { mode: 'submit' })).rejects.toMatchObject({
      code: expect.stringMatching(refused),
    });
    expect((await target.head()).position).toBe(0);
    expect((await target.submit({ type: 't', changes: [{ op: 'set', key: 'k', value: 1 }] })).position).toBe(1);
    await target.close();
  });
});

it('a record that no block can hold is not exported: DUMP_TOO_LARGE', () => {
  const writer = new DumpWriter(manifest(), { codec: codecOf('null') });
  const data = Buffer.alloc(limits.dumpBlockBytesMax);
  const blob = { sha256: Buffer.alloc(32), index: 0, last: true, data };
  const add = () => writer.add({ kind: 'BLOB', position: 1, blob }, cursorAt('o', 1, '00'.repeat(32)));
  expect(add).toThrow(expect.objectContaining({ code: 'DUMP_TOO_LARGE' }));
});

it('a dump that needs a later reader is refused with DUMP_NEWER', async () => {
  const bytes = Buffer.from(
    forge([]).toString('latin1').replace('txlog.format\u00021', 'txlog.format\u00022'),
    'latin1',
  );
  await expect(entriesOf(bytes)).rejects.toMatchObject({ code: 'DUMP_NEWER' });
});

it('what another program wrote anew is taken only when that is asked for', async () => {
  const target = await openEmpty();
  const dump = await dumpOf(env, { codec: 'null' });
  // The last byte of a record's text: the block is whole for Avro, and the seal does not hold.
  const at = dump.indexOf('sum/');
  const edited = Buffer.from(dump);
  edited.write('sun/', at);
  await expect(take(target, edited)).rejects.toMatchObject({ code: 'DUMP_DAMAGED' });
  // Without seals it is the chain of the log that tells.
  await expect(take(target, edited, { unsealed: true })).rejects.toMatchObject({ code: 'DUMP_INVALID' });
  const report = await target.sync.import(streamOf(dump), { unsealed: true });
  expect(report).toMatchObject({ complete: true, applied: 12 });
  await target.close();
});
