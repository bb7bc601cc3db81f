import { foldChanges } from '../core/fold/fold-record.ts';
import type { State } from '../core/fold/state.ts';
import type { StoredRecord } from '../core/log/record.ts';
import { type StateReading, toReading } from '../view/read-state.ts';
import type { Reading } from '../view/reader.ts';
import { stateAt } from '../view/time-travel.ts';

/** One step in the life of a key. */
export interface HistoryEntry {
  readonly record: StoredRecord;
  readonly before?: StateReading;
  readonly after?: StateReading;
}

const pageEntries = 500;

/** Every transaction that was applied to a key, oldest first, with its state before and after. */
export async function* readHistory(
  env: Reading,
  key: string,
  options: { readonly from?: number; readonly limit?: number } = {},
): AsyncGenerator<HistoryEntry> {
  let from = options.from ?? 1;
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  let state: State | undefined;
  let started = false;
  while (left > 0) {
    const at = from;
    const resumed = started ? { state } : undefined;
    const page = await env.read((view, snapshot) => {
      let current = resumed ? resumed.state : stateAt(view, snapshot, key, at - 1);
      const entries: HistoryEntry[] = [];
      for (const position of view.applied(snapshot, key, at)) {
        if (entries.length === Math.min(pageEntries, left)) break;
        const record = view.catalog.record(snapshot, position);
        if (!record) continue;
        const before = toReading(view, snapshot, current, record.time);
        const own = record.changes.filter((change) => change.key === key);
        const folded = foldChanges(own, () => current, { ...record, idAt: () => undefined });
        if (folded.ok) current = folded.after.get(key) ?? current;
        const after = toReading(view, snapshot, current, record.time);
        entries.push({ record, ...(before ? { before } : {}), ...(after ? { after } : {}) });
      }
      return { entries, state: current };
    });
    yield* page.entries;
    started = true;
    state = page.state;
    left -= page.entries.length;
    const last = page.entries.at(-1);
    if (!last) return;
    from = last.record.position + 1;
  }
}
