import { given } from '../../core/base/given.ts';
import type { RecordFilter } from '../../core/log/filter.ts';
import type { Environment } from '../../environment/environment.ts';
import type { StoredRecord } from '../../index.ts';

/** Which of the records that pass a filter `log` shows, and in which order. */
export interface RecordSelection {
  /** Only the newest so many. */
  readonly last?: number | undefined;
  /** Newest first. */
  readonly reverse?: boolean | undefined;
  /** Go on with new records until this aborts. */
  readonly follow?: AbortSignal | undefined;
}

/** Records that pass a filter: all of them oldest first, unless the selection says otherwise. */
export async function* selectRecords(
  env: Environment,
  filter: RecordFilter,
  selection: RecordSelection,
): AsyncGenerator<StoredRecord> {
  const { last, reverse, follow } = selection;
  const head = (await env.head()).position;
  const known = { ...filter, to: Math.min(filter.to ?? head, head) };
  const limit = given({ limit: last });
  if (reverse) yield* env.records(known, { reverse, ...limit });
  else if (last !== undefined) yield* await newest(env, known, last);
  else {
    for await (const record of env.records(known)) {
      if (follow?.aborted) return;
      yield record;
    }
  }
  if (follow) yield* env.follow(filter, { from: head + 1, signal: follow });
}

async function newest(env: Environment, filter: RecordFilter, count: number): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for await (const record of env.records(filter, { reverse: true, limit: count })) records.push(record);
  return records.reverse();
}
