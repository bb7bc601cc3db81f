import { sessionOfKey } from '../core/fold/session.ts';
import type { StoredRecord } from '../core/log/record.ts';
import { keysOf } from '../core/log/record.ts';
import type { Snapshot } from '../ports/storage.ts';
import { AppliedList } from '../view/applied-list.ts';
import { readStateAt, type StateReading } from '../view/read-state.ts';
import type { View } from '../view/view.ts';

/** A transaction by both its names. */
export interface TransactionLink {
  readonly id: string;
  readonly position: number;
}

/** What a transaction did to one key, and who did something to it before and after. */
export interface KeyReport {
  readonly key: string;
  readonly before?: StateReading;
  readonly after?: StateReading;
  readonly previous?: TransactionLink;
  readonly next?: TransactionLink;
}

/** All that is known of one transaction. */
export interface TransactionReport {
  readonly record: StoredRecord;
  readonly keys: readonly KeyReport[];
  /** The same of the sessions that it operated on, by the engine's own keys. */
  readonly sessions: readonly KeyReport[];
  readonly compensatedBy?: TransactionLink;
  readonly compensates?: TransactionLink;
}

/** Gathers a transaction's report from one consistent view. */
export function reportTransaction(view: View, snapshot: Snapshot, record: StoredRecord): TransactionReport {
  const compensatedBy = view.compensationOf(snapshot, record.position);
  return {
    record,
    keys: [...keysOf(record)].map((key) => reportKey(view, snapshot, record.position, key)),
    sessions: sessionKeysOf(record).map((key) => reportKey(view, snapshot, record.position, key)),
    ...(compensatedBy === undefined ? {} : { compensatedBy: linkTo(view, snapshot, compensatedBy) }),
    ...(record.compensates === undefined ? {} : { compensates: linkTo(view, snapshot, record.compensates) }),
  };
}

function sessionKeysOf({ changes }: StoredRecord): readonly string[] {
  return [...new Set(changes.map(({ key }) => key).filter((key) => sessionOfKey(key) !== undefined))];
}

function reportKey(view: View, snapshot: Snapshot, position: number, key: string): KeyReport {
  const before = readStateAt(view, snapshot, key, position - 1);
  const after = readStateAt(view, snapshot, key, position);
  const list = new AppliedList(view, snapshot, key);
  const previous = list.at(list.countUpTo(position - 1) - 1);
  const next = list.at(list.countUpTo(position));
  return {
    key,
    ...(before ? { before } : {}),
    ...(after ? { after } : {}),
    ...(previous === undefined ? {} : { previous: linkTo(view, snapshot, previous) }),
    ...(next === undefined ? {} : { next: linkTo(view, snapshot, next) }),
  };
}

/** Both names of the transaction at a position. */
function linkTo(view: View, snapshot: Snapshot, position: number): TransactionLink {
  return { id: view.idAt(snapshot, position), position };
}
