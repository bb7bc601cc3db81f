import { AssertionFailure } from '../core/assert.ts';
import type { Clock } from '../ports/clock.ts';
import type { Snapshot, Storage } from '../ports/storage.ts';

/** A snapshot that is older than what this process has seen already. */
export class StaleSnapshot extends AssertionFailure {}

const attemptsMax = 100;

/**
 * Reads on a snapshot that is not older than what the view knows. Under many writers LMDB may hand out, for a moment, a
 * snapshot from before a commit that this process saw under the writer lock: it is taken again, a turn later.
 *
 * Errors: those of `work`; StaleSnapshot when the snapshots stay old, which only a file that went back can explain.
 */
export async function readFresh<T>(storage: Storage, clock: Clock, work: (snapshot: Snapshot) => T): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return storage.read(work);
    } catch (error) {
      if (!(error instanceof StaleSnapshot) || attempt === attemptsMax) throw error;
      await clock.yield();
    }
  }
}
