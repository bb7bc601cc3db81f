import { type Head, readHead } from '../layout/meta.ts';
import type { Snapshot } from '../ports/storage.ts';
import { positionAtTime } from '../view/time-travel.ts';

/** Seconds that are told. */
export const throughputSeconds = 60;

const second = 1_000;
/** Records of an older second are all in the log: they are not counted again. */
const settledMs = 5_000;

/** The end of a second by its number, the time now in ms since 1970, and the last record. */
interface Second {
  readonly end: number;
  readonly now: number;
  readonly head: Pick<Head, 'position' | 'time'>;
}

/** Records per second of the last minute, from their times in the log: any process sees the same. */
export class Throughput {
  private readonly ends = new Map<number, number>();

  /** Records of each of the last whole seconds before `now` (ms since 1970), oldest first. */
  read(snapshot: Snapshot, now: number): readonly number[] {
    const last = Math.floor(now / second);
    const head = readHead(snapshot);
    const ends = Array.from({ length: throughputSeconds + 1 }, (_, i) =>
      this.endOf(snapshot, { end: last - throughputSeconds + i, now, head }),
    );
    for (const known of this.ends.keys()) if (known < last - throughputSeconds) this.ends.delete(known);
    return ends.slice(1).map((end, i) => Math.max(0, end - (ends[i] ?? 0)));
  }

  /** Position of the last record before the end of a second, which is the second's number. */
  private endOf(snapshot: Snapshot, { end, now, head }: Second): number {
    const known = this.ends.get(end);
    if (known !== undefined) return known;
    const until = end * second - 1;
    // Behind the last record nothing is looked for: a quiet environment costs no reads.
    const position = until >= head.time ? head.position : positionAtTime(snapshot, until);
    if (end * second < now - settledMs) this.ends.set(end, position);
    return position;
  }
}
