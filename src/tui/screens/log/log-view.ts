import { sessionType } from '../../../core/log/record.ts';
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

/** One record. One of sessions alone says what happened to which, and by whom; its type and its id would say less. */
export function recordLine(record: StoredRecord, total: number): StyledLine {
  const { position, time, type, id, outcome, changes, rejection, actor } = record;
  const isOfSessions = type === sessionType;
  const keys = [...new Set(changes.map(({ key }) => keyName(key)))].join(' ');
  const isRejected = outcome === 'rejected';
  return drawRow(
    columns,
    [
      span(String(position), 'key'),
      clockOf(time),
      isOfSessions ? opsOf(changes) : type,
      isOfSessions ? span(actor === undefined ? '' : `by ${actor}`, 'dim') : id,
      span(outcome, isRejected ? 'bad' : 'good'),
      isRejected ? span(`${rejection?.code ?? 'rejected'} ${keys}`, 'bad') : keys,
    ],
    total,
  );
}

/** The operations of a record of sessions: `park`, `remove turn`. */
function opsOf(changes: StoredRecord['changes']): string {
  return [...new Set(changes.map(({ op }) => op.replace(/^session\./, '')))].join(' ');
}
