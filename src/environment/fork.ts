import { TxlogError } from '../core/base/errors.ts';
import { Catalog } from '../layout/catalog.ts';
import { readHead } from '../layout/meta.ts';
import { openLayeredStorage } from '../storage/layered/storage.ts';
import { View } from '../view/view.ts';
import type { Handle } from './open-generation.ts';
import { openSide } from './scratch-storage.ts';

/** What an environment is now, to be written to without a trace in it. */
export interface Rehearsal {
  readonly handle: Handle;
  /** Removes all that was written to it. */
  dispose(): Promise<void>;
}

/**
 * Opens a layer upon an environment as it is now. Only what is written to the layer takes room, on the disk.
 *
 * Errors: ENV_MOVED when a rebuild took this generation's place.
 */
export async function openRehearsal(dir: string, { storage, format, generation }: Handle): Promise<Rehearsal> {
  const pinned = storage.pin();
  const { moved } = readHead(pinned.snapshot);
  if (moved !== undefined) {
    pinned.release();
    throw new TxlogError('ENV_MOVED', `the environment moved to generation ${moved}`);
  }
  const side = await openSide(dir, storage.readOnly);
  const layered = openLayeredStorage(pinned.snapshot, side.storage);
  return {
    handle: { storage: layered, view: new View(new Catalog()), format, generation },
    async dispose() {
      await side.dispose();
      pinned.release();
    },
  };
}
