import type { RecordFilter } from '../../core/log/filter.ts';
import type { StoredRecord } from '../../index.ts';
import type { SharedCalls } from '../reach/reached.ts';

/** Which of the records that pass a filter `log` shows, and in which order. */
export interface RecordSelection {
  /** Only the newest so many; infinite for all. */
  readonly limit: number;
  /** Told when there are more of them. */
  readonly onMore?: () => void;
  /** Newest first. */
  readonly reverse?: boolean | undefined;
  /** Go on with new records until this aborts. */
  readonly follow?: AbortSignal | undefined;
}

/** Records that pass a filter: all of them oldest first, unless the selection says otherwise. */
export async function* selectRecords(
  env: SharedCalls,
  filter: RecordFilter,
  selection: RecordSelection,
): AsyncGenerator<StoredRecord> {
  const { limit, reverse, follow } = selection;
  const head = (await env.head()).position;
  const known = { ...filter, to: Math.min(filter.to ?? head, head) };
  if (limit === Number.POSITIVE_INFINITY)
    yield* untilAborted(env.records(known, { reverse: reverse === true }), follow);
  else if (reverse) yield* newest(env, known, selection);
  else yield* (await gather(newest(env, known, selection))).reverse();
  if (follow) yield* env.follow(filter, { from: head + 1, signal: follow });
}

/** The newest ones, the newest first. */
async function* newest(
  env: SharedCalls,
  filter: RecordFilter,
  { limit, onMore, follow }: RecordSelection,
): AsyncGenerator<StoredRecord> {
  let count = 0;
  for await (const record of env.records(filter, { reverse: true, limit: limit + (follow ? 0 : 1) })) {
    if (count < limit) yield record;
    else onMore?.();
    count += 1;
  }
}

async function* untilAborted(
  records: AsyncIterable<StoredRecord>,
  signal: AbortSignal | undefined,
): AsyncGenerator<StoredRecord> {
  for await (const record of records) {
    if (signal?.aborted) return;
    yield record;
  }
}

async function gather(records: AsyncIterable<StoredRecord>): Promise<StoredRecord[]> {
  const all: StoredRecord[] = [];
  for await (const record of records) all.push(record);
  return all;
}
