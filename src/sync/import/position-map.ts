import { damagedRow } from '../../layout/damaged-row.ts';
import { textKey } from '../../layout/keys.ts';
import { decodeSummed, encodeSummed } from '../../layout/summed-json.ts';
import type { Snapshot, WriteTx } from '../../ports/storage.ts';
import { mirroredUpTo, readProgress } from './origin-progress.ts';

/** A record of an origin, and its position here; 0 where it was parked. */
export type Mapped = readonly [position: number, own: number];

/** Records that follow one another here as they do there: the first one's place in its bucket, position here, and count. */
type Run = readonly [at: number, own: number, count: number];

// Among the cursors; no name of a user's cursor holds a control character. A row of a bucket stays below 2 KB.
const prefix = '\u0001map/';
const perBucket = 128;

/**
 * Looks up records of an origin: the position here, 0 where it was parked, undefined where it was not taken. For one
 * snapshot; quick where the positions rise. Errors: STORAGE_CORRUPT.
 */
export function mapReader(snapshot: Snapshot, origin: string): (position: number) => number | undefined {
  const mirrored = mirroredUpTo(readProgress(snapshot, origin)) ?? 0;
  let known: { readonly bucket: number; readonly runs: readonly Run[] } | undefined;
  return (position) => {
    const bucket = bucketOf(position);
    if (known?.bucket !== bucket) known = { bucket, runs: readRuns(snapshot, origin, bucket) };
    const place = position % perBucket;
    const run = known.runs.find((each) => holds(each, place));
    if (run) return run[1] === 0 ? 0 : run[1] + place - run[0];
    // A record that was mirrored has the same position here.
    return position <= mirrored ? position : undefined;
  };
}

/** Adds records, in the transaction that takes them; in the order of their positions. */
export function writeMapped(tx: WriteTx, origin: string, mapped: readonly Mapped[]): void {
  for (let i = 0; i < mapped.length; ) {
    const bucket = bucketOf(mapped[i]?.[0] ?? 0);
    const runs = [...readRuns(tx, origin, bucket)];
    for (let next = mapped[i]; next && bucketOf(next[0]) === bucket; next = mapped[i]) {
      addTo(runs, [next[0] % perBucket, next[1], 1]);
      i += 1;
    }
    tx.put('cursors', keyOf(origin, bucket), encodeSummed({ runs }));
  }
}

function bucketOf(position: number): number {
  return Math.floor(position / perBucket);
}

function holds([at, , count]: Run, place: number): boolean {
  return place >= at && place < at + count;
}

function addTo(runs: Run[], [at, own]: Run): void {
  const last = runs.at(-1);
  const goesOn =
    last && last[0] + last[2] === at && (own === 0 ? last[1] === 0 : last[1] !== 0 && last[1] + last[2] === own);
  if (goesOn) runs[runs.length - 1] = [last[0], last[1], last[2] + 1];
  else runs.push([at, own, 1]);
}

function readRuns(snapshot: Snapshot, origin: string, bucket: number): readonly Run[] {
  const bytes = snapshot.get('cursors', keyOf(origin, bucket));
  if (!bytes) return [];
  const { runs } = decodeSummed('cursors', nameOf(origin, bucket), bytes);
  if (Array.isArray(runs)) return runs as unknown as readonly Run[];
  throw damagedRow('cursors', nameOf(origin, bucket), 'it has no runs');
}

function nameOf(origin: string, bucket: number): string {
  return `${prefix}${origin}/${String(bucket).padStart(14, '0')}`;
}

const keyOf = (origin: string, bucket: number) => textKey(nameOf(origin, bucket));
