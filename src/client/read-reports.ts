import { given, ifGiven } from '../core/base/given.ts';
import type { JsonObject, JsonValue } from '../core/base/json.ts';
import { fromSession, type Session, sessionKey } from '../core/fold/session.ts';
import type { LinkedNode, LinkedTree } from '../inspect/linked-tree.ts';
import type { KeyReport, TransactionReport } from '../inspect/transaction-report.ts';
import type { StateReading } from '../view/read-state.ts';
import { asItems, asObject, toMs, toOwner, toRecord, toState } from './read-answers.ts';

/** All about a transaction from its JSON. Errors: SERVICE_FAILED of what is none. */
export function toReport(json: JsonObject): TransactionReport {
  const { record, keys, sessions, compensatedBy, compensates, decided } = json;
  const read = toRecord(record ?? null);
  return {
    record: { ...read, decided: read.decided || decided === true },
    keys: asItems(keys).map(toKeyReport),
    sessions: asItems(sessions ?? []).map(toOperated),
    ...given({ compensatedBy: ifGiven(compensatedBy, toOwner), compensates: ifGiven(compensates, toOwner) }),
  };
}

function toKeyReport(json: JsonValue): KeyReport {
  const { key, before, after, previous, next } = asObject(json, 'a key');
  return {
    key: String(key),
    ...given({ before: ifGiven(before, toState), after: ifGiven(after, toState) }),
    ...given({ previous: ifGiven(previous, toOwner), next: ifGiven(next, toOwner) }),
  };
}

function toOperated(json: JsonValue): KeyReport {
  const { session, before, after, previous, next } = asObject(json, 'a session');
  const key = sessionKey(String(session));
  const stateOf = (standing: JsonValue): StateReading => ({
    ...{ key, kind: 'shared', version: 0, position: 0 },
    value: fromSession(toStanding(standing)),
  });
  return {
    key,
    ...given({ before: ifGiven(before, stateOf), after: ifGiven(after, stateOf) }),
    ...given({ previous: ifGiven(previous, toOwner), next: ifGiven(next, toOwner) }),
  };
}

/** How a session stands, from its JSON: what readers are not told of it is 0. Errors: SERVICE_FAILED of what is none. */
export function toStanding(json: JsonValue): Session {
  const { created, createdAt, since, due, ...rest } = asObject(json, 'a session');
  return {
    ...({ theme: 0, from: 0, ...rest } as unknown as Session),
    ...{ created: Number(created), createdAt: toMs(createdAt), since: toMs(since), due: toMs(due) },
  };
}

/** A tree of what belongs together from its JSON. Errors: SERVICE_FAILED of what is none. */
export function toTree({ correlation, nodes, truncated }: JsonObject): LinkedTree {
  return { correlation: String(correlation), nodes: asItems(nodes).map(toNode), truncated: truncated === true };
}

function toNode(json: JsonValue): LinkedNode {
  const { id, depth, position, time, causation, transaction, session } = asObject(json, 'a node of a tree');
  const read = ifGiven(transaction, (json) => {
    const fields = asObject(json, 'a transaction');
    return { ...fields, position: Number(fields.position) } as unknown as LinkedNode['transaction'];
  });
  return {
    ...{ id: String(id), depth: Number(depth), position: Number(position), time: toMs(time) },
    ...(given({ causation, transaction: read, session }) as Pick<LinkedNode, 'causation' | 'transaction' | 'session'>),
  };
}
