import { v4 as randomId } from 'uuid';
import { TxlogError } from './core/errors.ts';
import { readHead, writeHead } from './layout/meta.ts';
import { type Handle, initialise, inMemory } from './open-handle.ts';
import type { Progress, Reading } from './pipeline/reading.ts';
import { copyCursors, Refold } from './replay/refold.ts';
import { openSide } from './side.ts';
import {
  generationDir,
  makeDir,
  publishBuild,
  readCurrent,
  removeOld,
  writeCurrent,
} from './storage/lmdb/generation.ts';
import { openLmdbStorage } from './storage/lmdb/storage.ts';

/** An environment whose indexes are made anew. */
export interface Rebuildable extends Reading {
  readonly dir: string;
  readonly handle: Handle;
}

/**
 * Makes all indexes anew from the log, in a new generation, and swaps it in atomically. Writers go on meanwhile; the
 * last records are copied under the writer lock. A crash at any point leaves the old generation or the new one.
 *
 * Errors: ENV_READ_ONLY; STORAGE_CORRUPT when the log itself is damaged, which no rebuild can mend.
 * Source: decisions/0005-generations.md.
 */
export async function rebuild(
  env: Rebuildable,
  onProgress?: Progress,
): Promise<{ readonly generation: number; readonly records: number }> {
  const { dir, handle } = env;
  if (handle.storage.readOnly)
    throw new TxlogError('ENV_READ_ONLY', 'a rebuild needs an environment that may be written');
  if (dir === inMemory) throw new TxlogError('USAGE', 'an environment in memory has no generations to rebuild');
  const generation = handle.generation + 1;
  await buildNext(env, generation, onProgress);
  const next = openLmdbStorage({ dir: generationDir(dir, generation) });
  try {
    const rest = new Refold(next);
    await rest.copy(env);
    handle.storage.transact((tx) => {
      const head = readHead(tx);
      if (head.moved !== undefined)
        throw new TxlogError('ENV_MOVED', `the environment moved to generation ${head.moved}`);
      // The writer lock of the old generation is held: what is copied now is all there will ever be in it.
      rest.copyRest(tx, handle.view.catalog);
      next.transact((nextTx) => copyCursors(tx, nextTx));
      writeHead(tx, { ...head, moved: generation });
    });
    writeCurrent(dir, generation);
    return { generation, records: rest.position };
  } finally {
    await next.close();
  }
}

async function buildNext(env: Rebuildable, generation: number, onProgress?: Progress): Promise<void> {
  const side = await openSide(env.dir, false);
  try {
    await initialise(side.storage, env.handle.format);
    await new Refold(side.storage).copy(env, { onProgress });
  } catch (error) {
    await side.dispose();
    throw error;
  }
  await side.storage.close();
  publishBuild(env.dir, generation);
}

/** How far, and where to. */
export interface ReplayTarget {
  readonly position: number;
  readonly dir: string;
  readonly onProgress?: Progress;
}

/**
 * Writes a new environment in `dir` that holds the log up to `position` and its states as they were then.
 *
 * Errors: ENV_EXISTS when there is one; POSITION_NOT_FOUND.
 */
export async function replayTo(
  env: Rebuildable,
  target: ReplayTarget,
): Promise<{ readonly position: number; readonly records: number }> {
  const { position, dir } = target;
  const head = await env.read((view) => view.head.position);
  if (position < 0 || position > head)
    throw new TxlogError('POSITION_NOT_FOUND', `the log ends at ${head}, there is no position ${position}`);
  if (readCurrent(dir) !== undefined) throw new TxlogError('ENV_EXISTS', `there is an environment in ${dir} already`);
  makeDir(dir);
  const side = await openSide(dir, false);
  try {
    // A unit of its own: from here on it may take another way than the log that it was made from.
    await initialise(side.storage, { ...env.handle.format, unit: randomId() });
    if (position > 0) await new Refold(side.storage).copy(env, { to: position, onProgress: target.onProgress });
  } catch (error) {
    await side.dispose();
    throw error;
  }
  await side.storage.close();
  publishBuild(dir, 1);
  writeCurrent(dir, 1);
  return { position, records: position };
}

/** Removes generations that a rebuild left behind, once this process has them closed. */
export function removeOldGenerations(dir: string, generation: number): void {
  if (dir !== inMemory) removeOld(dir, generation);
}
