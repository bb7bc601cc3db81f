import { given } from '../core/base/given.ts';
import { foldChanges } from '../core/fold/fold-record.ts';
import type { State } from '../core/fold/state.ts';
import type { StoredRecord } from '../core/log/record.ts';
import { type StateReading, toReading } from '../view/read-state.ts';
import type { LongViewReader } from '../view/reader.ts';
import { stateAtSteps } from '../view/time-travel.ts';

/** One step in the life of a key. */
export interface HistoryEntry {
  readonly record: StoredRecord;
  readonly before?: StateReading;
  readonly after?: StateReading;
}

const pageEntries = 500;

/** Every transaction that was applied to a key, oldest first, with its state before and after. */
export async function* readHistory(
  env: LongViewReader,
  key: string,
  options: { readonly from?: number; readonly limit?: number; readonly signal?: AbortSignal } = {},
): AsyncGenerator<HistoryEntry> {
  const { signal } = options;
  let from = options.from ?? 1;
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  const first = from;
  let state = await env.readSteps((cut) => stateAtSteps(cut, key, first - 1), signal);
  while (left > 0) {
    signal?.throwIfAborted();
    const at = from;
    const before: State | undefined = state;
    const page = await env.read((cut, turn) => {
      let current = before;
      const entries: HistoryEntry[] = [];
      for (const position of cut.applied(key, at)) {
        if (entries.length === Math.min(pageEntries, left) || (entries.length > 0 && turn.isOver)) break;
        const record = cut.record(position);
        if (!record) continue;
        const earlier = toReading(cut, current, record.time);
        const own = record.changes.filter((change) => change.key === key);
        const folded = foldChanges(own, () => current, { ...record, idAt: () => undefined });
        if (folded.ok) current = folded.after.get(key) ?? current;
        const after = toReading(cut, current, record.time);
        entries.push({ record, ...given({ before: earlier, after }) });
      }
      return { entries, state: current };
    });
    yield* page.entries;
    state = page.state;
    left -= page.entries.length;
    const last = page.entries.at(-1);
    if (!last) return;
    from = last.record.position + 1;
  }
}
