import { positionKey } from '../layout/keys.ts';
import { readHead } from '../layout/meta.ts';
import { decodeHeader } from '../layout/record.ts';
import type { Snapshot } from '../ports/storage.ts';

/** Position of the last record whose time is not after `time` (ms since 1970); 0 when there is none. */
export function positionAtTime(snapshot: Snapshot, time: number): number {
  let low = 0;
  let high = readHead(snapshot).position;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const bytes = snapshot.get('log', positionKey(middle));
    if (bytes && decodeHeader(bytes).time <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}
