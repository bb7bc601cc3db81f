import { given, ifGiven } from '../core/base/given.ts';
import { sessionOfKey } from '../core/fold/session.ts';
import type { StoredRecord } from '../core/log/record.ts';
import { keysOf } from '../core/log/record.ts';
import { AppliedList } from '../view/applied-list.ts';
import type { Cut } from '../view/cut.ts';
import { type StateReading, stateAtInSteps } from '../view/read-state.ts';
import type { Steps } from '../view/turns.ts';

/** A transaction by both its names. */
export interface TransactionLink {
  readonly id: string;
  readonly position: number;
}

/** A transaction's change of one key, and the transactions that changed it before and after. */
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
export function* reportTransaction(cut: Cut, record: StoredRecord): Steps<TransactionReport> {
  const compensatedBy = cut.compensationOf(record.position);
  return {
    record,
    keys: yield* reportKeys(cut, record.position, [...keysOf(record)]),
    sessions: yield* reportKeys(cut, record.position, sessionKeysOf(record)),
    ...given({
      compensatedBy: ifGiven(compensatedBy, (compensatedBy) => linkTo(cut, compensatedBy)),
      compensates: ifGiven(record.compensates, (compensates) => linkTo(cut, compensates)),
    }),
  };
}

function sessionKeysOf({ changes }: StoredRecord): readonly string[] {
  return [...new Set(changes.map(({ key }) => key).filter((key) => sessionOfKey(key) !== undefined))];
}

function* reportKeys(cut: Cut, position: number, keys: readonly string[]): Steps<readonly KeyReport[]> {
  const reports: KeyReport[] = [];
  for (const key of keys) reports.push(yield* reportKey(cut, position, key));
  return reports;
}

function* reportKey(cut: Cut, position: number, key: string): Steps<KeyReport> {
  const before = yield* stateAtInSteps(cut, key, { position: position - 1 });
  const after = yield* stateAtInSteps(cut, key, { position });
  const list = new AppliedList(cut, key);
  const previous = list.at(list.countUpTo(position - 1) - 1);
  const next = list.at(list.countUpTo(position));
  return {
    key,
    ...given({
      before,
      after,
      previous: ifGiven(previous, (previous) => linkTo(cut, previous)),
      next: ifGiven(next, (next) => linkTo(cut, next)),
    }),
  };
}

/** Both names of the transaction at a position. */
function linkTo(cut: Cut, position: number): TransactionLink {
  return { id: cut.idAt(position), position };
}
