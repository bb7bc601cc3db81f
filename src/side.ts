import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inMemory } from './open-handle.ts';
import type { Storage } from './ports/storage.ts';
import { newBuildDir, removeBuild } from './storage/lmdb/generation.ts';
import { openLmdbStorage } from './storage/lmdb/storage.ts';
import { openMemoryStorage } from './storage/memory/storage.ts';

/** A storage beside an environment, for work that is thrown away or published later. Not durable until then. */
export interface Side {
  readonly storage: Storage;
  /** Directory of its files; empty when it has none. */
  readonly path: string;
  /** Closes it and removes its files. */
  dispose(): Promise<void>;
}

/** Opens an empty side storage: in the environment's directory, or elsewhere when that cannot be written. */
export async function openSide(dir: string, readOnly: boolean): Promise<Side> {
  if (dir === inMemory) {
    const storage = openMemoryStorage();
    return { storage, path: '', dispose: () => storage.close() };
  }
  const path = readOnly ? mkdtempSync(join(tmpdir(), 'txlog-side-')) : newBuildDir(dir);
  const storage = openLmdbStorage({ dir: path, unpublished: true });
  return {
    storage,
    path,
    async dispose() {
      await storage.close();
      removeBuild(path);
    },
  };
}
