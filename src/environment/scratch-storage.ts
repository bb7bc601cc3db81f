import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Storage } from '../ports/storage.ts';
import { newBuildDir, registerBuild, removeBuild, removeUnfinished } from '../storage/lmdb/builds.ts';
import { openLmdbStorage } from '../storage/lmdb/lmdb-storage.ts';
import { openMemoryStorage } from '../storage/memory/memory-storage.ts';
import { type Generation, inMemory } from './open-generation.ts';

/** A storage withScratchStorage an environment, for work that is thrown away or published later. Not durable until then. */
export interface ScratchStorage {
  readonly storage: Storage;
  /** Directory of its files; empty when it has none. */
  readonly path: string;
  /** Closes it and removes its files. */
  dispose(): Promise<void>;
}

/** Opens an empty side storage: in the environment's directory, or elsewhere when that cannot be written. */
export async function openScratchStorage(dir: string, readOnly: boolean, isDirNew = false): Promise<ScratchStorage> {
  if (dir === inMemory) {
    const storage = openMemoryStorage();
    return { storage, path: '', dispose: () => storage.close() };
  }
  if (!readOnly) removeUnfinished(dir);
  const path = readOnly ? mkdtempSync(join(tmpdir(), 'txlog-side-')) : newBuildDir(dir, isDirNew);
  if (readOnly) registerBuild(path);
  const storage = openBuild(path);
  return {
    storage,
    path,
    async dispose() {
      await storage.close();
      removeBuild(path);
    },
  };
}

function openBuild(path: string): Storage {
  try {
    return openLmdbStorage({ dir: path, unpublished: true });
  } catch (error) {
    removeBuild(path);
    throw error;
  }
}

/** Runs `work` with a side storage of an environment, and disposes of it whatever happens. */
export async function withScratchStorage<T>(
  env: { readonly dir: string; readonly handle: Generation },
  work: (side: Storage) => Promise<T>,
): Promise<T> {
  const side = await openScratchStorage(env.dir, env.handle.storage.readOnly);
  try {
    return await work(side.storage);
  } finally {
    await side.dispose();
  }
}
