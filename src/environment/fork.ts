import { TxlogError } from '../core/base/errors.ts';
import { readHead } from '../layout/meta.ts';
import { TypeRegistry } from '../layout/type-registry.ts';
import { openLayeredStorage } from '../storage/layered/layered-storage.ts';
import { View } from '../view/view.ts';
import type { Generation } from './open-generation.ts';
import { openScratchStorage } from './scratch-storage.ts';

/** A writable layer upon an environment as it is now, which leaves no trace in it. */
export interface Fork {
  readonly handle: Generation;
  /** Removes all that was written to it. */
  dispose(): Promise<void>;
}

/**
 * Opens a layer upon an environment as it is now. Only what is written to the layer takes room, on the disk.
 *
 * Errors: ENV_MOVED when a rebuild took this generation's place.
 */
export async function openFork(dir: string, { storage, ...named }: Generation): Promise<Fork> {
  const pinned = storage.pin();
  const { moved } = readHead(pinned.snapshot);
  if (moved !== undefined) {
    pinned.release();
    throw new TxlogError('ENV_MOVED', `the environment moved to generation ${moved}`);
  }
  const side = await openScratchStorage(dir, storage.readOnly);
  const layered = openLayeredStorage(pinned.snapshot, side.storage);
  return {
    handle: { ...named, storage: layered, view: new View(new TypeRegistry()) },
    async dispose() {
      await side.dispose();
      pinned.release();
    },
  };
}
