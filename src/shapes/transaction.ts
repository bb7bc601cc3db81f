import { given, ifGiven } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import { asSession, sessionOfKey } from '../core/fold/session.ts';
import { isEngineType } from '../core/log/record.ts';
import { type KeyReport, type TransactionLink, type TransactionReport, toRecordJson } from '../index.ts';
import { toStandingJson } from './session.ts';
import { toStateJson } from './state.ts';

/** All about a transaction as JSON. */
export function toTransactionJson(report: TransactionReport): JsonObject {
  const { record, keys, sessions, compensatedBy, compensates } = report;
  return {
    v: 1,
    kind: 'transaction',
    record: toRecordJson(record),
    // A handler chose the changes, not the client.
    ...(record.decided && !isEngineType(record.type) && { decided: true }),
    keys: keys.map(toKeyJson),
    ...(sessions.length > 0 && { sessions: sessions.map(toOperatedJson) }),
    ...given({ compensatedBy: ifGiven(compensatedBy, toLinkJson), compensates: ifGiven(compensates, toLinkJson) }),
  };
}

function toKeyJson({ key, before, after, previous, next }: KeyReport): JsonObject {
  return {
    key,
    ...given({
      before: ifGiven(before, toStateJson),
      after: ifGiven(after, toStateJson),
      previous: ifGiven(previous, toLinkJson),
      next: ifGiven(next, toLinkJson),
    }),
  };
}

function toOperatedJson({ key, before, after, previous, next }: KeyReport): JsonObject {
  const was = asSession(before?.value);
  const is = asSession(after?.value);
  return {
    session: sessionOfKey(key) ?? key,
    ...given({
      before: ifGiven(was, toStandingJson),
      after: ifGiven(is, toStandingJson),
      previous: ifGiven(previous, toLinkJson),
      next: ifGiven(next, toLinkJson),
    }),
  };
}

function toLinkJson({ id, position }: TransactionLink): JsonObject {
  return { id, position: String(position) };
}
