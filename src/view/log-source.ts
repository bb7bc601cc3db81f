import type { Snapshot } from '../ports/storage.ts';
import type { HistorySource } from './history-source.ts';
import type { View } from './view.ts';

/** A source of the log alone. */
export function logSource(view: View, snapshot: Snapshot): HistorySource {
  return {
    basePosition: view.head.position,
    token: logToken,
    applied: (key, from) => view.applied(snapshot, key, from),
    folded: (position, key) => view.catalog.folded(snapshot, position, key),
    idAt: (position) => view.idAt(snapshot, position),
  };
}

const logToken = {};
