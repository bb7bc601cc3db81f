import type { Kind } from '../core/fold/state.ts';
import { type StoredRecord, usersChanges } from '../core/log/record.ts';
import type { Progress, ViewReader } from '../view/reader.ts';

/** Transactions that are read in one turn: others get theirs in between. */
const sliceTransactions = 4_096;

/** A key, and how many transactions it had when it was first looked at. */
interface Touched {
  readonly key: string;
  readonly kind: Kind;
  readonly length: number;
}

/**
 * Reads what was applied to the keys of transactions that are to be undone, in slices: what is decided about them then
 * finds it read.
 */
export async function readHistories(
  env: ViewReader,
  targets: readonly StoredRecord[],
  onProgress?: Progress,
): Promise<void> {
  const names = new Set(targets.flatMap(({ changes }) => usersChanges(changes).map(({ key }) => key)));
  const touched = await env.read((cut) =>
    [...names].flatMap((key): Touched[] => {
      const state = cut.state(key);
      return state ? [{ key, kind: state.kind, length: state.version }] : [];
    }),
  );
  const total = touched.reduce((sum, { length }) => sum + length, 0);
  let done = 0;
  // The longest last: it is the one that must not be dropped for others.
  touched.sort((a, b) => a.length - b.length);
  for (let i = 0; i < touched.length; ) {
    const { next, read } = await env.read((cut) => {
      let left = sliceTransactions;
      let at = i;
      for (; at < touched.length && left > 0; at++) {
        const { key, kind, length } = touched[at] as Touched;
        const max = left;
        const isAll = cut.view.histories.use({ key, kind }, cut, (history) => history.follow(cut, max));
        left -= Math.min(length, max);
        if (!isAll) break;
      }
      return { next: at, read: sliceTransactions - left };
    });
    i = next;
    done = Math.min(total, done + read);
    onProgress?.(done, total);
  }
}
