import { accessSync, constants, copyFileSync, existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TxlogError } from '../../core/base/errors.ts';
import { toStorageError } from '../../core/base/storage-error.ts';
import { watchFile } from '../../machine/watch-file.ts';
import type { LockableStorage, RangeOptions, Row, Snapshot, TableName } from '../../ports/storage.ts';
import { syncPath } from './directory.ts';
import { fileBytes, fileNumber } from './file-bytes.ts';
import { LastCommit } from './last-commit.ts';
import type { LmdbOptions } from './open-env.ts';
import { lookAtNewestMeta, readNewestMeta } from './pages/meta-pages.ts';
import { compareKey, keyOf, lowerBound } from './pages/page.ts';
import { PageFile } from './pages/page-file.ts';
import { CheckedPages, findValue, leavesOf, readValue, type Tree, tablesOf } from './pages/tree.ts';
import { walkFile } from './walk-file.ts';

/** Reads beside a writer that take so many attempts are given up. */
const attemptsMax = 200;
/** An attempt that reads the whole file takes seconds. */
const wholeAttemptsMax = 3;
/** Files that everyone writes to who reads with LMDB. */
const lockFiles = ['lock.mdb', 'gate.mdb-lock'];

/** Whether this process may take the locks of the environment in `dir`, and so tell writers which pages it reads. */
export function mayLock(dir: string): boolean {
  return lockFiles.every((name) => {
    const file = join(dir, name);
    try {
      accessSync(existsSync(file) ? file : dir, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Reads an environment whose locks may not be taken: on a file system that cannot be written, or of another user. LMDB would
 * read there what writers overwrite. Here each page is looked at, and what was overwritten is read again, in the newest state.
 *
 * Errors: STORAGE_CORRUPT; ENV_PERMISSION when writers are too fast for that; ENV_READ_ONLY for any write.
 * Source: decisions/0026-damaged-pages.md.
 */
export function openUnlockedStorage({ dir }: LmdbOptions): LockableStorage {
  const path = join(dir, 'data.mdb');
  const file = toStorageError(`open the environment in ${dir}`, () => new PageFile(path));
  const again = <T>(work: (state: State) => T, attempts = attemptsMax) =>
    toStorageError('read', () => readAgain(file, work, attempts));
  const refuse = () => {
    throw new TxlogError('ENV_READ_ONLY', 'the environment was opened read-only');
  };
  const opened = fileNumber(path);
  let closed = false;
  const open = () => {
    if (closed) throw new TxlogError('ENV_CLOSED', 'the environment is closed');
  };
  return {
    readOnly: true,
    durability: 'fsync',
    write: async () => refuse(),
    transact: refuse,
    lock: refuse,
    read(work) {
      open();
      return again((state) => work(snapshotOf(state)));
    },
    pin() {
      open();
      return { snapshot: pinnedOf(again((state) => state)), release() {} };
    },
    watch: (changed) => watchFile(path, changed),
    isPresent: () => [opened, undefined].includes(fileNumber(path)),
    size: () => again(({ pages }) => sizeOf(pages, path)),
    findPageProblems: () => again((state) => walkWhole(state, path, new LastCommit(dir)), wholeAttemptsMax),
    backup: async (target) => again((state) => copyState(state, path, target), wholeAttemptsMax),
    async close() {
      if (!closed) file.close();
      closed = true;
    },
  };
}

/** One state of the file, and the tables in it. */
interface State {
  readonly pages: CheckedPages;
  readonly tables: ReadonlyMap<string, Tree>;
}

function stateOf(file: PageFile): State {
  const pages = new CheckedPages(file, readNewestMeta(file), true);
  return { pages, tables: tablesOf(pages) };
}

function readAgain<T>(file: PageFile, work: (state: State) => T, attempts: number): T {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    let before: number | undefined;
    try {
      const state = stateOf(file);
      before = state.pages.meta.transaction;
      return work(state);
    } catch (error) {
      if (!mayBeOverwritten(file, error, before)) throw error;
    }
  }
  throw changesTooFast();
}

/** Whether an error may come from pages that a writer used again since transaction `before`. */
function mayBeOverwritten(file: PageFile, error: unknown, before: number | undefined): boolean {
  const isDamage = error instanceof TxlogError && error.code === 'STORAGE_CORRUPT';
  return isDamage && lookAtNewestMeta(file).transaction !== before;
}

function changesTooFast(cause?: unknown): TxlogError {
  const hint = 'A user who may not write lock.mdb cannot tell writers which pages are in use.';
  const next = ['txlog doctor', 'txlog backup --help'];
  const message = 'the environment changes faster than it can be read without locks';
  return new TxlogError('ENV_PERMISSION', message, { hint, next, cause });
}

/** A state for several reads. Nothing keeps its pages: once a writer has used one again, the rest of it is refused. */
function pinnedOf(state: State): Snapshot {
  const { file, meta } = state.pages;
  const snapshot = snapshotOf(state);
  const refused = (error: unknown) => (mayBeOverwritten(file, error, meta.transaction) ? changesTooFast(error) : error);
  return {
    get(table, key) {
      try {
        return snapshot.get(table, key);
      } catch (error) {
        throw refused(error);
      }
    },
    *range(table, options) {
      try {
        yield* snapshot.range(table, options);
      } catch (error) {
        throw refused(error);
      }
    },
    count: snapshot.count,
  };
}

function snapshotOf({ pages, tables }: State): Snapshot {
  return {
    get(table, key) {
      const tree = tables.get(table);
      const value = tree && findValue(pages, tree, key);
      return value && Buffer.from(value);
    },
    range: (table, options = {}) => rowsOf(pages, tables.get(table), options),
    count: (table: TableName) => tables.get(table)?.root.entries ?? 0,
  };
}

function* rowsOf(pages: CheckedPages, tree: Tree | undefined, options: RangeOptions): Generator<Row> {
  if (!tree) return;
  const { start, end, reverse = false, limit = Number.POSITIVE_INFINITY } = options;
  let left = limit;
  for (const leaf of leavesOf(pages, tree, { from: reverse ? end : start, reverse })) {
    const from = start ? lowerBound(leaf, start) : 0;
    const to = end ? lowerBound(leaf, end) : leaf.nodes;
    for (let i = reverse ? to - 1 : from; reverse ? i >= from : i < to; i += reverse ? -1 : 1) {
      if (left <= 0) return;
      left -= 1;
      yield { key: Buffer.from(keyOf(leaf, i)), value: Buffer.from(readValue(pages, tree, { page: leaf, index: i })) };
    }
    const isPast = reverse
      ? start && compareKey(leaf, 0, start) < 0
      : end && compareKey(leaf, leaf.nodes - 1, end) >= 0;
    if (isPast || left <= 0) return;
  }
}

function walkWhole({ pages }: State, path: string, lastCommit: LastCommit): readonly (readonly string[])[] {
  const problems = [...walkFile(path, lastCommit)];
  // The pages that were walked may be of a newer state.
  if (problems.flat().length > 0) refuseNewerState(pages);
  return problems;
}

function refuseNewerState({ file, meta }: CheckedPages): void {
  if (lookAtNewestMeta(file).transaction !== meta.transaction)
    throw new TxlogError('STORAGE_CORRUPT', 'pages of several states were read');
}

function sizeOf({ meta }: CheckedPages, path: string) {
  const usedBytes = (meta.lastPage + 1) * meta.pageBytes;
  return { fileBytes: fileBytes(path), mapBytes: 0, usedBytes, readers: 0 };
}

/** A copy is whole when nobody committed while it was made: until then writers only take pages that are free. */
function copyState({ pages }: State, path: string, target: string): void {
  if (existsSync(target))
    throw new TxlogError('BACKUP_EXISTS', `${target} exists already; a backup never overwrites anything`);
  try {
    copyFileSync(path, target);
    refuseNewerState(pages);
    syncPath(target);
    syncPath(dirname(target));
  } catch (error) {
    rmSync(target, { force: true });
    throw error;
  }
}
