import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inMemory } from './open-handle.ts';
import type { Storage } from './ports/storage.ts';
import { unfinishedDir } from './storage/lmdb/generation.ts';
import { openLmdbStorage } from './storage/lmdb/storage.ts';
import { openMemoryStorage } from './storage/memory/storage.ts';

/** A storage beside an environment, for work that is thrown away or published later. Not durable until then. */
export interface Side {
  readonly storage: Storage;
  /** Closes it and removes its files. */
  dispose(): Promise<void>;
}

/** Opens an empty side storage: in the environment's directory, or elsewhere when that cannot be written. */
export async function openSide(dir: string, readOnly: boolean): Promise<Side> {
  if (dir === inMemory) {
    const storage = openMemoryStorage();
    return { storage, dispose: () => storage.close() };
  }
  const path = readOnly ? mkdtempSync(join(tmpdir(), 'txlog-side-')) : unfinishedDir(dir);
  rmSync(path, { recursive: true, force: true });
  const storage = openLmdbStorage({ dir: path, unpublished: true });
  return {
    storage,
    async dispose() {
      await storage.close();
      rmSync(path, { recursive: true, force: true });
    },
  };
}
