import { expect, it } from 'vitest';
import { present } from '../../src/core/base/assert.ts';
import type { Change } from '../../src/core/fold/change.ts';
import { foldChanges } from '../../src/core/fold/fold-record.ts';
import type { LogRecord, Outcome } from '../../src/core/log/record.ts';
import { toHex } from '../../src/layout/hex.ts';
import { firstDigest, RecordEncoder } from '../../src/layout/record.ts';
import { encodeStateRow } from '../../src/layout/state-row.ts';
import { type Page, readPage } from './pages.ts';

// Goal: the bytes that docs/formats shows are those that txlog writes. Method: the record of the page, given there as
// JSON, is encoded and folded, and the hex of both pages compared with the outcome.

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

/** The bytes of each line of the page's hex fence, without the words after them. */
function hexLines({ fences }: Page): string[] {
  const text = present(
    fences.find(({ lang }) => lang === 'hex'),
    'hex',
  ).text;
  return text.split('\n').map((line) => (line.split(/ {2,}| (?=[a-z]+:)/)[0] ?? '').replaceAll(' ', ''));
}
