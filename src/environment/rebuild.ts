import { v4 as randomId } from 'uuid';
import { assert } from '../core/base/assert.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import { readHead, writeHead } from '../layout/meta.ts';
import type { Storage } from '../ports/storage.ts';
import { copyCursors, Refold } from '../replay/refold.ts';
import { copyAttachments } from '../storage/attachments/copy-attachments.ts';
import { publishBuild, syncBuild } from '../storage/lmdb/builds.ts';
import {
  generationDir,
  nameFirst,
  prepareDir,
  readCurrent,
  removeAbandoned,
  removeOld,
  writeCurrent,
} from '../storage/lmdb/generation.ts';
import type { Progress, ViewReader } from '../view/reader.ts';
import { type LoopTurns, takeAllSteps } from '../view/turns.ts';
import { type CopiedApp, configAt, copyApp } from './config.ts';
import { type Generation, initialise, inMemory, withJournal } from './open-generation.ts';
import { openStorage } from './open-storage.ts';
import type { RebuildOptions, RebuildReport } from './parts.ts';
import { openScratchStorage } from './scratch-storage.ts';

/** Each attempt that fails is another's that was published: everyone's indexes are new then. */
const attemptsMax = 50;

/** An environment whose indexes are made anew. */
export interface Rebuildable extends ViewReader {
  readonly turns: LoopTurns;
  readonly dir: string;
  readonly handle: Generation;
}

/**
 * Makes all indexes anew from the log, in a new generation, and swaps it in atomically. Writers go on meanwhile; the
 * last records are copied under the writer lock. A crash at any point leaves the old generation or the new one.
 *
 * Errors: ENV_READ_ONLY; STORAGE_CORRUPT when the log itself is damaged, which no rebuild can mend.
 * Source: decisions/0005-generations.md.
 */
export async function rebuild(env: Rebuildable, options: RebuildOptions = {}): Promise<RebuildReport> {
  if (env.dir === inMemory) throw new TxlogError('USAGE', 'an environment in memory has no generations to rebuild');
  // Another rebuild may come first: then this one starts anew, on the generation that it made.
  for (let attempt = 1; ; attempt++) {
    try {
      return await rebuildOnce(env, options);
    } catch (error) {
      if (!(error instanceof TxlogError) || error.code !== 'ENV_MOVED' || attempt === attemptsMax) throw error;
    }
  }
}

async function rebuildOnce(env: Rebuildable, { onProgress, journal }: RebuildOptions): Promise<RebuildReport> {
  // Finds out about generations that others made.
  await env.read(() => undefined);
  const { dir, handle } = env;
  if (handle.storage.readOnly)
    throw new TxlogError('ENV_READ_ONLY', 'a rebuild needs an environment that may be written');
  const side = await openScratchStorage(dir, false);
  try {
    await initialise(side.storage, journal === undefined ? handle.format : withJournal(handle.format, journal));
    const refold = new Refold(side.storage, env.turns);
    await refold.copy(env, { onProgress });
    // Once more, for what came meanwhile: the rest is copied while all writers wait.
    await refold.copy(env);
    await side.storage.close();
    // Before the lock is taken: all writers would wait for the disk.
    await syncBuild(side.path);
    if (env.handle !== handle) throw moved(env.handle.generation);
    return await swap(dir, handle, { path: side.path, position: refold.position });
  } finally {
    await side.dispose();
  }
}

/** A generation that is made, on the disk, and the end of its log. */
interface Build {
  readonly path: string;
  readonly position: number;
}

/** Publishes a build as the next generation, with the writer lock of the present one held. */
async function swap(dir: string, handle: Generation, build: Build): Promise<RebuildReport> {
  const generation = handle.generation + 1;
  let next: Storage | undefined;
  try {
    const records = handle.storage.transact((tx) => {
      const head = readHead(tx);
      if (head.moved !== undefined) throw moved(head.moved);
      removeAbandoned(dir, generation);
      publishBuild(build.path, dir, generation);
      next = openStorage({ dir: generationDir(dir, generation) });
      const { position } = next.read(readHead);
      assert(position === build.position, `the build ends at ${build.position}, what was published at ${position}`);
      // The old generation will never hold more than is copied now.
      const rest = new Refold(next);
      takeAllSteps(rest.copyRest(tx, handle.view.typeRegistry));
      next.transact((nextTx) => {
        copyCursors(tx, nextTx);
        // Time goes on in the new generation.
        if (head.clock) writeHead(nextTx, { ...readHead(nextTx), clock: head.clock });
      });
      writeHead(tx, { ...head, moved: generation });
      return rest.position;
    });
    // Under the new generation's lock, so that a rebuild of that one cannot have named its own before.
    next?.transact((tx) => {
      if (readHead(tx).moved === undefined) writeCurrent(dir, generation);
    });
    return { generation, records };
  } finally {
    await next?.close();
  }
}

function moved(generation: number): TxlogError {
  return new TxlogError('ENV_MOVED', `the environment moved to generation ${generation}`);
}

/** How far, and where to. */
export interface ReplayTarget {
  readonly position: number;
  readonly dir: string;
  readonly onProgress?: Progress;
}

/** An environment that was made of a part of another's log; `app` where that one has one. */
export interface ReplayedTo {
  readonly position: number;
  readonly records: number;
  readonly app?: CopiedApp;
}

/**
 * Writes a new environment in `dir` that holds the log up to `position` and its states as they were then.
 *
 * Errors: ENV_EXISTS when there is one; POSITION_NOT_FOUND.
 */
export async function replayTo(env: Rebuildable, target: ReplayTarget): Promise<ReplayedTo> {
  const { position, dir } = target;
  const head = await env.read(({ head }) => head.position);
  if (position < 0 || position > head)
    throw new TxlogError('POSITION_NOT_FOUND', `the log ends at ${head}, there is no position ${position}`);
  if (readCurrent(dir) !== undefined) throw new TxlogError('ENV_EXISTS', `there is an environment in ${dir} already`);
  const side = await openScratchStorage(dir, false, prepareDir(dir));
  let app: CopiedApp | undefined;
  try {
    // A unit of its own: from here on it may take another way than the log that it was made from.
    const { format, storage } = env.handle.format;
    await initialise(side.storage, { format, storage, unit: randomId() });
    if (position > 0)
      await new Refold(side.storage, env.turns).copy(env, { to: position, onProgress: target.onProgress });
    await side.storage.close();
    // Before it is an environment that decides: it has its rules from the start.
    app = copyApp(dir, configAt(dir, env.dir), { dir, build: side.path });
    if (env.dir !== inMemory) copyAttachments(env.dir, dir);
    publishBuild(side.path, dir, 1);
    nameFirst(dir, 1);
  } finally {
    await side.dispose();
  }
  return { position, records: position, ...given({ app }) };
}

/** Removes generations that a rebuild left behind, once this process has them closed. */
export async function removeOldGenerations(dir: string, generation: number): Promise<void> {
  if (dir !== inMemory) await removeOld(dir, generation);
}
