import { existsSync, statfsSync, statSync, watch } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { assert } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { freeBytesOf } from '../../core/base/free-space.ts';
import { systemCode } from '../../core/base/system-error.ts';
import type { Pinned, Snapshot, Storage, TableName, WriteTx } from '../../ports/storage.ts';
import { toStorageError } from './failure.ts';
import { fileBytes } from './file-bytes.ts';
import { type LmdbEnv, type LmdbOptions, openEnv } from './open-env.ts';
import { OpenRanges } from './open-ranges.ts';
import { findPageProblems } from './pages.ts';
import { lmdbSnapshot, pinSnapshot } from './snapshot.ts';

const reserveBytesDefault = 32 * 1024 * 1024;
/** LMDB shows a commit a moment after it has written it: who looks at once may come too early, and looks once more. */
const visibleMs = 10;

interface Put {
  readonly table: TableName;
  readonly key: Buffer;
  readonly value: Buffer | undefined;
  readonly append: boolean;
}

/**
 * Storage on LMDB in strict mode: visible means durable, so what any process reads may be acknowledged.
 *
 * Errors: STORAGE_FULL, STORAGE_FAILED, ENV_READ_ONLY, ENV_CLOSED.
 * Source: docs/formats/lmdb.md; decisions/0003-lmdb-options.md.
 */
export function openLmdbStorage(options: LmdbOptions): Storage {
  const env = toStorageError(`open the environment in ${options.dir}`, () => openEnv(options));
  const ranges = new OpenRanges();
  const snapshot = lmdbSnapshot(env.tables, ranges);
  const file = join(options.dir, 'data.mdb');
  const pins = new Set<Pinned>();
  let closed = false;
  const open = () => {
    if (closed) throw new TxlogError('ENV_CLOSED', 'the environment is closed');
  };
  const transact: Storage['transact'] = (work) => {
    open();
    if (options.readOnly) throw new TxlogError('ENV_READ_ONLY', 'the environment was opened read-only');
    refuseWhenFull(options);
    return commit(env, snapshot, (tx) => {
      try {
        return work(tx);
      } finally {
        ranges.end();
      }
    });
  };
  return {
    readOnly: options.readOnly ?? false,
    durability: options.unpublished ? 'memory' : 'fsync',
    write: async (work) => transact(work),
    transact,
    read(work) {
      open();
      env.root.resetReadTxn();
      try {
        return work(snapshot);
      } finally {
        ranges.end();
      }
    },
    pin() {
      open();
      env.root.resetReadTxn();
      const pinned = pinSnapshot(env, open);
      pins.add(pinned);
      const release = () => void (pins.delete(pinned) && pinned.release());
      return { ...pinned, release };
    },
    // Every commit writes data.mdb, whoever makes it: the kernel tells, so no one has to poll.
    watch: (changed) => watchFile(file, changed),
    size: () => sizeOf(env, file),
    findPageProblems: () => findPageProblems(env, file),
    backup: (target) => backup(env, target, statSync(options.dir).isFile()),
    async close() {
      if (closed) return;
      closed = true;
      for (const pinned of pins) pinned.release();
      pins.clear();
      // Without writes that it has to wait for, LMDB closes at once, and thus inside the gate.
      const done = env.gate.hold(() => env.root.close());
      env.gate.close();
      await done;
    },
  };
}

/** Runs `work`, then all its puts, in one synchronous transaction: a throw anywhere leaves nothing behind. */
function commit<T>(env: LmdbEnv, snapshot: Snapshot, work: (tx: WriteTx) => T): T {
  const puts: Put[] = [];
  let result: { readonly value: T } | undefined;
  let failure: { readonly error: unknown } | undefined;
  const tx: WriteTx = {
    ...snapshot,
    put: (table, key, value, append = false) =>
      void puts.push({ table, key: key as Buffer, value: value as Buffer, append }),
    delete: (table, key) => void puts.push({ table, key: key as Buffer, value: undefined, append: false }),
  };
  const commitPuts = () =>
    env.root.transactionSync(() => {
      refuseOldState(env);
      try {
        result = { value: work(tx) };
      } catch (error) {
        // Ended without puts rather than aborted, so that errors of `work` and of the commit stay apart.
        failure = { error };
        return;
      }
      applyPuts(env, puts);
      // Nothing is returned: a thenable here would keep the transaction open.
    });
  toStorageError('commit', () => env.gate.hold(commitPuts));
  if (failure) throw failure.error;
  assert(result !== undefined, 'a transaction that committed has a result');
  return result.value;
}

/**
 * A program that opens the environment without the gate may make LMDB begin on an older state than the newest; what is
 * then committed would undo what others were told is durable.
 */
function refuseOldState({ root }: LmdbEnv): void {
  const { env } = root as unknown as { env: { getWriteTxnId(): number; info(): { lastTxnId: number } } };
  const [began, newest] = [env.getWriteTxnId() - 1, env.info().lastTxnId];
  if (began === newest) return;
  throw new TxlogError('STORAGE_FAILED', `LMDB began to write on state ${began}, the newest is ${newest}`, {
    hint: 'Nothing was written. Another program opened the environment meanwhile; opening it once more mends it.',
    next: ['txlog doctor', 'txlog verify'],
  });
}

function applyPuts(env: LmdbEnv, puts: readonly Put[]): void {
  let last: Put | undefined;
  for (const put of puts) {
    const table = env.tables.get(put.table);
    assert(table !== undefined, `table ${put.table} is open`);
    if (put.value === undefined) {
      table.removeSync(put.key);
      continue;
    }
    // LMDB answers a refused put with false, and some failed ones with nothing at all: see the check below.
    const done: unknown = put.append
      ? table.putSync(put.key, put.value, { append: true })
      : table.putSync(put.key, put.value);
    if (done === false) throw new TxlogError('STORAGE_FAILED', `LMDB refused a put into ${put.table}`);
    if (put.append) last = put;
  }
  if (last && env.tables.get(last.table)?.doesExist(last.key) !== true) {
    throw new TxlogError('STORAGE_FAILED', `a put into ${last.table} was lost`);
  }
}

function refuseWhenFull(options: LmdbOptions): void {
  const free = toStorageError('look at the disk', () => freeBytes(options.dir));
  const reserve = options.reserveBytes ?? reserveBytesDefault;
  // A generation that a rebuild replaced may be gone from its directory; its head tells, under the lock.
  if (free === undefined || free >= reserve) return;
  throw new TxlogError('STORAGE_FULL', `only ${free} bytes are free on the disk, ${reserve} are kept in reserve`, {
    hint: 'Nothing was written. Reads still work.',
    next: [`df -h ${options.dir}`, 'txlog status'],
  });
}

// The directory may be gone, and some systems cannot be asked.
const unknowable = new Set(['ENOENT', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EACCES', 'EPERM']);

/** Undefined when nobody knows: whether there is room, the write itself will tell. */
function freeBytes(dir: string): number | undefined {
  try {
    return freeBytesOf(statfsSync(dir));
  } catch (error) {
    if (unknowable.has(systemCode(error))) return undefined;
    throw error;
  }
}

function watchFile(file: string, changed: () => void): () => void {
  try {
    let again: NodeJS.Timeout | undefined;
    const tell = () => {
      changed();
      again = again?.refresh() ?? setTimeout(changed, visibleMs).unref();
    };
    const watcher = watch(file, { persistent: false }, tell);
    watcher.on('error', () => watcher.close());
    return () => {
      clearTimeout(again);
      watcher.close();
    };
  } catch {
    // A rebuild removed the file, or the system has no more watchers to give. Not fatal: followers also look from time to
    // time, and find the next generation.
    return () => undefined;
  }
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

/** LMDB's copy is consistent but not synced, and wants a directory: made beside the target, synced, then renamed. */
async function backup(env: LmdbEnv, target: string, isOneFile: boolean): Promise<void> {
  if (existsSync(target))
    throw new TxlogError('BACKUP_EXISTS', `${target} exists already; a backup overwrites nothing`);
  const partial = `${target}.partial-${process.pid}`;
  try {
    await mkdir(partial, { recursive: true });
    const copy = join(partial, 'data.mdb');
    // LMDB copies an environment that is one file to a file, any other into a directory.
    await env.root.backup(isOneFile ? copy : partial, true);
    await sync(copy);
    await rename(copy, target);
    await sync(dirname(target));
  } catch (cause) {
    throw new TxlogError('STORAGE_FAILED', `copy to ${target} failed: ${(cause as Error).message}`, { cause });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
