import type { Cut } from '../../view/cut.ts';
import { compareKeys, keysOfOverlay, keysOfRows } from '../../view/read-state.ts';
import { takeAllSteps } from '../../view/turns.ts';

/** A page of the keys that start with `prefix`, in order, after `after`. Released and deleted ones included. */
export function readKeys(
  cut: Cut,
  { prefix, after, limit }: { readonly prefix: string; readonly after: string | undefined; readonly limit: number },
): string[] {
  const found = new Set<string>();
  for (const key of keysOfRows(cut.snapshot, prefix, after)) {
    found.add(key);
    if (found.size === limit) break;
  }
  for (const key of takeAllSteps(keysOfOverlay(cut, prefix)))
    if (after === undefined || compareKeys(key, after) > 0) found.add(key);
  return [...found].sort(compareKeys).slice(0, limit);
}
