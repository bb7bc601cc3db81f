// Goal: a narrow terminal loses the least that it can: what a list is read for stays longest, and off a terminal nothing is
// cut at all. Method: the same rows in every width; what is left of each column is looked for.
import { expect, it } from 'vitest';
import { RecordLines } from '../../src/cli/print/record-lines.ts';
import { makeColors } from '../../src/text/colors.ts';
import { FitTable, type Layout } from '../../src/text/fit-table.ts';
import { widthOf } from '../../src/text/width.ts';
import { sampleRecord } from '../cli/print/sample.ts';

const layout: Layout = {
  columns: [{ align: 'right' }, {}, { cut: 'end' }],
  steps: [
    [1, 7],
    [2, 10],
    [1, 0],
  ],
};
const rows = [
  ['1', 'short', 'a text that is rather long'],
  ['100', 'an-id-that-is-long', '日本語'],
];

it.each(Array.from({ length: 60 }, (_, i) => i + 1))('a table never passes %i columns', (width) => {
  const lines = new FitTable(layout, width).format(rows).split('\n');
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
});

it('a narrow table takes from the middle of names first, then from the end of texts, and leaves out names last', () => {
  const at = (width: number) => new FitTable(layout, width).format(rows).split('\n')[1];
  expect(at(80)).toBe('100  an-id-that-is-long  日本語');
  expect(at(40)).toBe('100  an-…ong  日本語');
  expect(at(24)).toBe('100  an-…ong  日本語');
  expect(at(16)).toBe('100  日本語');
});

it('a table is not cut where there is no terminal, however long it is', () => {
  const long = 'x'.repeat(5_000);
  expect(new FitTable(layout, undefined).format([['1', long, long]])).toBe(`1  ${long}  ${long}`);
});

it('a narrow table keeps outcome and key of a record longest', () => {
  const id = '01a2255c-7d1e-7000-8000-00000000031a';
  const record = sampleRecord({ id, type: 'work.item.complete' });
  const at = (columns: number) => new RecordLines({ ...makeColors(false), columns }).format([record]);
  expect(at(200)).toContain(`${id}  committed  email/ann customers`);
  // How short its time is depends on the year in which this runs.
  expect(at(80)).toMatch(/^ +7 {2}\S+(?: \S+)? {2}work\.it…mplete {2}01a225…00031a {2}committed {2}email\/ann cust/);
  for (const columns of [60, 50, 44]) expect(at(columns)).toMatch(/committed {2}email\/ann/);
});
