import { given, ifGiven } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import { type LinkedNode, type LinkedTree, toTime } from '../index.ts';

/** A tree of what belongs together as JSON: its nodes in the order of the tree, each with its depth. */
export function toLinkedTreeJson({ correlation, nodes, truncated }: LinkedTree): JsonObject {
  return { v: 1, kind: 'tree', correlation, nodes: nodes.map(toNodeJson), truncated };
}

function toNodeJson({ id, position, time, causation, transaction, session, depth }: LinkedNode): JsonObject {
  return {
    ...{ id, depth, position: String(position), time: toTime(time) },
    ...given({
      causation,
      transaction: ifGiven(transaction, ({ type, position: at, outcome }) => ({ type, position: String(at), outcome })),
      session: ifGiven(session, ({ theme, status }) => ({ theme, status })),
    }),
  };
}
