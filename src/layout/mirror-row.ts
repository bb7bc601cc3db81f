import { TxlogError } from '../core/base/errors.ts';
import type { Snapshot, WriteTx } from '../ports/storage.ts';
import { textKey } from './keys.ts';
import { decodeSummed, encodeSummed } from './summed-json.ts';

/** The origin of a mirror. */
export interface Mirror {
  /** Unit of the environment that its log comes from. */
  readonly origin: string;
  /** Since when, in ms since 1970. */
  readonly since: number;
  /** It was promoted, and its sessions are being suspended: it takes nothing from anyone until they are. */
  readonly promoted?: boolean;
}

// Among the cursors, so that a rebuild carries it over; no name of a user's cursor holds a control character.
const mirrorName = '\u0001mirror';
const mirrorKey = textKey(mirrorName);

/** Reads the origin of a mirror; undefined of an environment that takes requests itself. Errors: STORAGE_CORRUPT. */
export function readMirror(snapshot: Snapshot): Mirror | undefined {
  const bytes = snapshot.get('cursors', mirrorKey);
  return bytes && (decodeSummed('cursors', mirrorName, bytes) as unknown as Mirror);
}

/** Makes the environment a mirror; or none any more. */
export function writeMirror(tx: WriteTx, mirror: Mirror | undefined): void {
  if (mirror) tx.put('cursors', mirrorKey, encodeSummed({ ...mirror }));
  else tx.delete('cursors', mirrorKey);
}

/** Errors: ENV_MIRROR in a mirror: its log is another's, and what were added here could never be there. */
export function refuseMirror(snapshot: Snapshot): void {
  const mirror = readMirror(snapshot);
  if (!mirror) return;
  throw new TxlogError(
    'ENV_MIRROR',
    `the environment is a mirror of ${mirror.origin}: it accepts only what comes from its origin`,
    {
      hint: 'After `txlog sync promote` it accepts requests, and nothing more from its origin.',
      next: ['txlog sync status', 'txlog sync promote --reason REASON'],
    },
  );
}
