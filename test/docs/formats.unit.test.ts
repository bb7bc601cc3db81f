import { describe, expect, it } from 'vitest';
import { present } from '../../src/core/base/assert.ts';
import type { Change } from '../../src/core/fold/change.ts';
import { foldChanges } from '../../src/core/fold/fold-record.ts';
import type { LogRecord, Outcome } from '../../src/core/log/record.ts';
import { dumpSchemaText } from '../../src/layout/dump-entry.ts';
import { toTransaction } from '../../src/layout/dump-record.ts';
import { dumpSchema } from '../../src/layout/dump-schema.ts';
import { toHex } from '../../src/layout/hex.ts';
import { compileRecordSchema, decodeTexts, firstDigest, RecordEncoder } from '../../src/layout/record-codec.ts';
import { recordSchema } from '../../src/layout/record-schema.ts';
import { encodeStateRow } from '../../src/layout/state-row.ts';
import { codecOf } from '../../src/sync/codec/codecs.ts';
import { DumpWriter } from '../../src/sync/format/dump-writer.ts';
import type { Manifest } from '../../src/sync/format/manifest.ts';
import { cursorAt } from '../../src/sync/format/sync-cursor.ts';
import { type Page, readPage } from './pages.ts';

// Goal: the bytes that docs/formats shows are those that txlog writes. Method: the record of the page, given there as
// JSON, is encoded and folded, and the hex of the pages compared with the outcome.

interface Shown {
  readonly position: string;
  readonly id: string;
  readonly type: string;
  readonly actor: string;
  readonly time: string;
  readonly outcome: Outcome;
  readonly changes: readonly Change[];
}

const page = readPage('docs/formats/record.md');
const shown = JSON.parse(
  present(
    page.fences.find(({ lang }) => lang === 'json'),
    'JSON',
  ).text,
) as Shown;
const record: LogRecord = {
  ...shown,
  position: Number(shown.position),
  time: Date.parse(shown.time),
  payload: undefined,
  expect: [],
  decided: false,
  rejection: undefined,
  compensates: undefined,
};

it('the record of docs/formats/record.md has the bytes that are shown', () => {
  const encoder = new RecordEncoder();
  encoder.start(firstDigest);
  expect(hexLines(page).join('')).toBe(toHex(encoder.encode(record, 1, true)));
});

it('the state rows of docs/formats/lmdb.md have the bytes that are shown', () => {
  const folded = foldChanges(record.changes, () => undefined, { ...record, idAt: () => undefined });
  if (!folded.ok) throw new Error(folded.rejection.reason);
  const rows = [...folded.after.values()].map((state) => toHex(encodeStateRow({ state, tail: [record.position] })));
  expect(hexLines(readPage('docs/formats/lmdb.md'))).toEqual(rows);
});

describe('docs/formats/avro-dump.md', () => {
  const dumpPage = readPage('docs/formats/avro-dump.md');

  it('shows the schema that is written', () => {
    const text = present(
      dumpPage.fences.find(({ lang }) => lang === 'json'),
      'JSON',
    ).text;
    expect(JSON.parse(text)).toEqual(dumpSchema);
  });

  it('shows the bytes of the record as a dump', () => {
    const encoder = new RecordEncoder();
    encoder.start(firstDigest);
    const schema = compileRecordSchema(recordSchema);
    const txn = toTransaction(
      1,
      record.type,
      decodeTexts(1, encoder.encode(record, 1, true), () => schema),
    );
    const head = cursorAt('u', 1, toHex(present(txn.digest, 'digest')));
    const manifest: Manifest = {
      ...{ format: 1, unit: 'u', origin: 'u', after: cursorAt('u', 0, '00'.repeat(32)), head, headTime: record.time },
      ...{ to: 1, filter: undefined, masked: false, states: false, attachments: 'none' },
      time: '2026-01-31T12:00:01.000Z',
    };
    const sync = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
    const writer = new DumpWriter(manifest, { codec: codecOf('null'), sync });
    const dump = Buffer.concat([...writer.add({ kind: 'TXN', position: 1, txn }, head), ...writer.end(true)]);
    const at = dump.indexOf(dumpSchemaText);
    const shown = Buffer.concat([dump.subarray(0, at), dump.subarray(at + Buffer.byteLength(dumpSchemaText))]);
    expect(hexLines(dumpPage).join('')).toBe(toHex(shown));
  });
});

/** The bytes of each line of the page's hex fence, without the words after them. */
function hexLines({ fences }: Page): string[] {
  const text = present(
    fences.find(({ lang }) => lang === 'hex'),
    'hex',
  ).text;
  return text.split('\n').map((line) => (line.split(/ {2,}| (?=[a-z]+:)/)[0] ?? '').replaceAll(' ', ''));
}
