import { checkBound, checkTime, checkWhole } from '../core/base/check-arguments.ts';
import type { RecordFilter } from '../core/log/filter.ts';
import type { StoredRecord } from '../core/log/record.ts';
import { CommitSignal } from '../view/commit-signal.ts';
import type { LongViewReader, Progress, Watching } from '../view/reader.ts';
import { Scan } from '../view/scan.ts';

/** Order and length of a scan. */
export interface RecordsOptions {
  readonly reverse?: boolean;
  readonly limit?: number;
  /** Told after each slice of the log how far the scan is, of one in log order. */
  readonly onProgress?: Progress;
}

const slice = { records: 1_000, visited: 20_000 };

/** Pages of the records that pass `filter`, in log order, up to the head as of the call. */
export async function* readPages(
  env: LongViewReader,
  filter: RecordFilter,
  options: RecordsOptions = {},
): AsyncGenerator<readonly StoredRecord[]> {
  const { reverse = false, limit = Number.POSITIVE_INFINITY } = options;
  checkBounds(filter);
  checkBound('limit', limit);
  const head = await env.read(({ head }) => head.position);
  const scan = new Scan({ ...filter, to: Math.min(filter.to ?? head, head) }, reverse);
  await env.readSteps((cut) => scan.prepare(cut));
  let at: number | undefined = reverse ? head : 1;
  let left = limit;
  while (at !== undefined && left > 0) {
    const from: number = at;
    const bounds = { ...slice, records: Math.min(slice.records, left) };
    const { records, next } = await env.read((cut, turn) => scan.slice(cut, { at: from, bounds }, turn));
    left -= records.length;
    at = next;
    options.onProgress?.((next ?? head + 1) - 1, head);
    if (records.length > 0) yield records;
  }
}

/**
 * The records that pass `filter` from position `from` on, and then new ones as any process appends them, until
 * `signal` aborts. Waits for the storage's word, without polling.
 */
export async function* followRecords(
  env: Watching,
  filter: RecordFilter,
  options: { readonly from?: number; readonly signal?: AbortSignal } = {},
): AsyncGenerator<StoredRecord> {
  const { signal } = options;
  checkBounds(filter);
  checkWhole('from', options.from);
  const commits = new CommitSignal(env, signal);
  try {
    let at = options.from ?? 1;
    while (!signal?.aborted) {
      commits.arm();
      const head = await env.read(({ head }) => head.position);
      for await (const page of readPages(env, {
        ...filter,
        from: Math.max(at, filter.from ?? 1),
        to: Math.min(head, filter.to ?? head),
      })) {
        for (const record of page) {
          if (signal?.aborted) return;
          yield record;
        }
      }
      at = head + 1;
      if (filter.to !== undefined && head >= filter.to) return;
      await env.refuseWhenGone();
      await commits.next();
    }
  } finally {
    commits.stop();
  }
}

function checkBounds({ from, to, since, until }: RecordFilter): void {
  checkWhole('from', from);
  checkBound('to', to);
  checkTime('since', since);
  checkTime('until', until);
}
