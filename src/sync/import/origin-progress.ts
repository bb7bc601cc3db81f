import { given } from '../../core/base/given.ts';
import { keyText, prefixEnd, textKey } from '../../layout/keys.ts';
import { decodeSummed, encodeSummed } from '../../layout/summed-json.ts';
import type { Snapshot, WriteTx } from '../../ports/storage.ts';

/** How far the log of an origin has been taken over. Times in ms since 1970. */
export interface OriginProgress {
  readonly origin: string;
  readonly mode: 'mirror' | 'submit';
  /** The last record of the origin that was taken: its position, digest (16 hex digits) and time. */
  readonly position: number;
  readonly digest: string;
  readonly time: number;
  /** The last record that the origin was heard to have. */
  readonly head: number;
  readonly headTime: number;
  /** When it was last heard of. */
  readonly heard: number;
  /** Up to here its records have the same positions: they were mirrored before it was promoted. */
  readonly mirrored?: number;
}

// Among the cursors; no name of a user's cursor holds a control character.
const prefix = '\u0001sync/';

/** How far an origin has been taken over; undefined when nothing of it was. Errors: STORAGE_CORRUPT. */
export function readProgress(snapshot: Snapshot, origin: string): OriginProgress | undefined {
  const bytes = snapshot.get('cursors', textKey(prefix + origin));
  return bytes && decode(origin, bytes);
}

/** Up to where the records of an origin have the same positions here, if they were mirrored. */
export function mirroredUpTo(progress: OriginProgress | undefined): number | undefined {
  return progress?.mode === 'mirror' ? progress.position : progress?.mirrored;
}

/** Moves it: in the transaction that takes the records. */
export function writeProgress(tx: WriteTx, progress: OriginProgress): void {
  tx.put('cursors', textKey(prefix + progress.origin), encodeSummed({ ...progress }));
}

/** All origins that anything was taken from. */
export function listProgress(snapshot: Snapshot): readonly OriginProgress[] {
  const start = textKey(prefix);
  const end = prefixEnd(start);
  const rows = snapshot.range('cursors', given({ start, end }));
  return [...rows].map(({ key, value }) => decode(keyText(key).slice(prefix.length), value));
}

function decode(origin: string, bytes: Uint8Array): OriginProgress {
  return decodeSummed('cursors', prefix + origin, bytes) as unknown as OriginProgress;
}
