import type { StoredRecord } from '../../../index.ts';
import { type Column, drawRow, headOf } from '../../line/columns.ts';
import { type StyledLine, span } from '../../line/styled-line.ts';
import { clockOf, keyName } from '../../parts/row-parts.ts';

const columns: readonly Column[] = [
  { title: 'POSITION', width: 10, align: 'right' },
  { title: 'TIME', width: 9 },
  { title: 'TYPE', width: 20 },
  { title: 'ID', width: 18 },
  { title: 'OUTCOME', width: 9, from: 100 },
  { title: 'KEYS' },
];

/** The titles of the log. */
export function logHead(total: number): StyledLine {
  return headOf(columns, total);
}

/** One record. */
export function recordLine(record: StoredRecord, total: number): StyledLine {
  const { position, time, type, id, outcome, changes, rejection } = record;
  const keys = [...new Set(changes.map(({ key }) => keyName(key)))].join(' ');
  const isRejected = outcome === 'rejected';
  return drawRow(
    columns,
    [
      span(String(position), 'key'),
      clockOf(time),
      type,
      id,
      span(outcome, isRejected ? 'bad' : 'good'),
      isRejected ? span(`${rejection?.code ?? 'rejected'} ${keys}`, 'bad') : keys,
    ],
    total,
  );
}
