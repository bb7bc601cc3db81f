import { setImmediate as nextTurn } from 'node:timers/promises';
import { TxlogError } from '../../core/base/errors.ts';
import { toStorageError } from '../../core/base/storage-error.ts';
import { watchFile } from '../../machine/watch-file.ts';
import type { LockableStorage, Pinned, Storage } from '../../ports/storage.ts';
import { commit, lock } from './commit.ts';
import { copyTo } from './copy.ts';
import { asFull, refuseWhenFull } from './disk-room.ts';
import { fileBytes, fileNumber } from './file-bytes.ts';
import { LastCommit, lastCommitName } from './last-commit.ts';
import { dataFileOf, type LmdbEnv, type LmdbOptions, openEnv } from './open-env.ts';
import { OpenRanges } from './open-ranges.ts';
import { damagedFile } from './pages/meta-pages.ts';
import { lmdbSnapshot, pinSnapshot } from './snapshot.ts';
import { mayLock, openUnlockedStorage } from './unlocked-storage.ts';
import { walkFile } from './walk-file.ts';

const readerCheckMsDefault = 5_000;

/**
 * Storage on LMDB in strict mode: visible means durable, so what any process reads may be acknowledged.
 *
 * Errors: STORAGE_FULL, STORAGE_FAILED, ENV_READ_ONLY, ENV_CLOSED.
 * Source: docs/formats/lmdb.md; decisions/0003-lmdb-options.md.
 */
export function openLmdbStorage(options: LmdbOptions): LockableStorage {
  if (options.readOnly && !options.isFile && !mayLock(options.dir)) return openUnlockedStorage(options);
  const env = toStorageError(`open the environment in ${options.dir}`, () => openEnv(options));
  const file = dataFileOf(options);
  const opened = fileNumber(file);
  let closed = false;
  const open = () => {
    if (closed) throw new TxlogError('ENV_CLOSED', 'the environment is closed');
  };
  const { read, pin, releaseAll } = readingOf(env, open);
  const { transact, lock: lockFor } = writingOf(env, options, open);
  function* findPageProblems() {
    // LMDB takes no page of a newer state while this reads an older one.
    const { release } = pin();
    try {
      yield* walkFile(file, options.isFile ? undefined : new LastCommit(options.dir));
    } finally {
      release();
    }
  }
  return {
    readOnly: options.readOnly ?? false,
    durability: options.unpublished ? 'memory' : 'fsync',
    write: async (work) => transact(work),
    transact,
    lock: lockFor,
    read,
    pin,
    // Every commit writes data.mdb, whoever makes it: the kernel tells, so no one has to poll.
    watch: (changed) => watchFile(file, changed),
    isPresent: () => [opened, undefined].includes(fileNumber(file)),
    size: () => sizeOf(env, file),
    findPageProblems,
    async backup(target) {
      // LMDB reads all pages for it, and trusts them.
      for (const [problem] of findPageProblems()) {
        if (problem !== undefined) throw damagedFile(file, problem);
        await nextTurn();
      }
      await copyTo(env, target, options.isFile ?? false);
    },
    async close() {
      if (closed) return;
      closed = true;
      releaseAll();
      // Without writes that it has to wait for, LMDB closes at once, and thus inside the gate.
      const done = env.gate.hold(() => env.root.close());
      env.gate.close();
      env.guard?.close();
      env.lastCommit?.close();
      await done;
      env.forgetMap();
    },
  };
}

/** How an open environment is read. `open` throws once it is closed. */
function readingOf(env: LmdbEnv, open: () => void) {
  const ranges = new OpenRanges();
  const snapshot = lmdbSnapshot(env, ranges);
  const pins = new Set<Pinned>();
  const begin = () => {
    open();
    env.root.resetReadTxn();
    env.guard?.begin();
  };
  const read: Storage['read'] = (work) => {
    begin();
    try {
      return work(snapshot);
    } finally {
      ranges.end();
      env.guard?.end();
    }
  };
  const pin: Storage['pin'] = () => {
    begin();
    const pinned = pinSnapshot(env, open);
    pins.add(pinned);
    const release = () => void (pins.delete(pinned) && pinned.release());
    return { ...pinned, release };
  };
  const releaseAll = () => {
    for (const pinned of pins) pinned.release();
    pins.clear();
  };
  return { read, pin, releaseAll };
}

/** How an open environment is written. */
function writingOf(env: LmdbEnv, options: LmdbOptions, open: () => void): Pick<LockableStorage, 'transact' | 'lock'> {
  const ranges = new OpenRanges();
  const snapshot = lmdbSnapshot(env, ranges);
  let readersCheckedAt = performance.now();
  // A reader that was killed pins its snapshot: what is freed since could not be used again, and each commit grows the file.
  const forgetDeadReaders = () => {
    const now = performance.now();
    if (now - readersCheckedAt < (options.readerCheckMs ?? readerCheckMsDefault)) return;
    readersCheckedAt = now;
    env.root.readerCheck();
  };
  const prepare = () => {
    open();
    if (options.readOnly) throw new TxlogError('ENV_READ_ONLY', 'the environment was opened read-only');
  };
  const prepareCommit = () => {
    refuseWhenFull(options);
    forgetDeadReaders();
    toStorageError(`open ${lastCommitName}`, () => env.lastCommit?.open());
  };
  /** Runs a write. Ranges that `work` left half way are ended, and a disk without room is told as that. */
  const write = <T>(run: (endRanges: <R>(work: () => R) => R) => T): T => {
    try {
      return run((work) => {
        try {
          return work();
        } finally {
          ranges.end();
        }
      });
    } catch (error) {
      throw asFull(error, options.dir);
    }
  };
  return {
    transact(work) {
      prepare();
      prepareCommit();
      return write((endRanges) => commit(env, snapshot, (tx) => endRanges(() => work(tx))));
    },
    lock(work) {
      prepare();
      return write((endRanges) =>
        lock(env, snapshot, (locked) => {
          const commitPrepared: typeof locked.commit = (puts) => {
            prepareCommit();
            locked.commit(puts);
          };
          return endRanges(() => work({ ...locked, commit: commitPrepared }));
        }),
      );
    },
  };
}

function sizeOf(env: LmdbEnv, file: string) {
  const stats = env.root.getStats() as {
    mapSize: number;
    lastPageNumber: number;
    pageSize?: number;
    numReaders: number;
  };
  const pageBytes = stats.pageSize ?? 4096;
  return {
    fileBytes: fileBytes(file),
    mapBytes: stats.mapSize,
    usedBytes: (stats.lastPageNumber + 1) * pageBytes,
    readers: stats.numReaders,
  };
}
