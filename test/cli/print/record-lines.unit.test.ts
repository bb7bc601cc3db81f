import { describe, expect, it } from 'vitest';
import { RecordLines } from '../../../src/cli/print/record-lines.ts';
import { makeColors } from '../../../src/text/colors.ts';
import { cutTo, padTo, widthOf } from '../../../src/text/width.ts';
import { sampleRecord } from './sample.ts';

// Goal: a line of the log is one line of the terminal, aligned and harmless. Method: hostile and wide records.

const plain = makeColors(false);
const records = [
  sampleRecord(),
  sampleRecord({
    position: 1_000_000,
    id: 'an-id-that-is-much-longer-than-the-column-that-ids-have',
    type: '注文.作成',
    outcome: 'rejected',
    rejection: { code: 'NO\u001b[2J', reason: '' },
    changes: [{ op: 'set', key: '顧客/\u202eé', value: 1 }],
  }),
];

describe('lines of records', () => {
  it('are aligned, and controls in them are written out', () => {
    expect(`\n${new RecordLines(plain).format(records)}`).toBe(`
      7  2026-02-03T10:00:00.000Z  customer.create  r-1                                               committed             email/ann customers
1000000  2026-02-03T10:00:00.000Z  注文.作成        an-id-that-is-much-longer-than-the-column-that-ids-have  rejected NO\\u001b[2J  顧客/\\u202eé`);
  });

  it.each([20, 40, 80, 100])('fit into %i columns', (columns) => {
    const lines = new RecordLines({ ...plain, columns }).format(records).split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
  });

  it('of later pages keep the columns of the earlier ones', () => {
    const lines = new RecordLines(plain);
    lines.format(records);
    expect(lines.format([sampleRecord()])).toMatch(
      /^ {6}7 {2}\S+ {2}customer\.create {2}r-1 {35,}committed {10,}email/,
    );
  });
});

describe('the width of a text', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['日本', 4],
    ['🎉', 2],
    ['…', 1],
  ])('of %j is %i', (text, width) => {
    expect(widthOf(text)).toBe(width);
    expect(widthOf(padTo(text, 6))).toBe(6);
    expect(cutTo(text, 10)).toBe(text);
  });

  it('is never passed by a text that was cut to it', () => {
    expect(cutTo('日本語', 4)).toBe('日…');
    expect(cutTo('abcdef', 4)).toBe('abc…');
    expect(cutTo('abcdef', 0)).toBe('');
  });
});
