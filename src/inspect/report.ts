import { sessionOfKey } from '../core/fold/session.ts';
import type { StoredRecord } from '../core/log/record.ts';
import { keysOf } from '../core/log/record.ts';
import type { Snapshot } from '../ports/storage.ts';
import { AppliedList } from '../view/applied-list.ts';
import { type StateReading, stateAtInSteps } from '../view/read-state.ts';
import type { Steps } from '../view/turns.ts';
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
export function* reportTransaction(view: View, snapshot: Snapshot, record: StoredRecord): Steps<TransactionReport> {
  const compensatedBy = view.compensationOf(snapshot, record.position);
  return {
    record,
    keys: yield* reportKeys(view, snapshot, record.position, [...keysOf(record)]),
    sessions: yield* reportKeys(view, snapshot, record.position, sessionKeysOf(record)),
    ...(compensatedBy === undefined ? {} : { compensatedBy: linkTo(view, snapshot, compensatedBy) }),
    ...(record.compensates === undefined ? {} : { compensates: linkTo(view, snapshot, record.compensates) }),
  };
}

function sessionKeysOf({ changes }: StoredRecord): readonly string[] {
  return [...new Set(changes.map(({ key }) => key).filter((key) => sessionOfKey(key) !== undefined))];
}

function* reportKeys(
  view: View,
  snapshot: Snapshot,
  position: number,
  keys: readonly string[],
): Steps<readonly KeyReport[]> {
  const reports: KeyReport[] = [];
  for (const key of keys) reports.push(yield* reportKey(view, snapshot, position, key));
  return reports;
}

function* reportKey(view: View, snapshot: Snapshot, position: number, key: string): Steps<KeyReport> {
  const before = yield* stateAtInSteps(view, snapshot, key, position - 1);
  const after = yield* stateAtInSteps(view, snapshot, key, position);
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
