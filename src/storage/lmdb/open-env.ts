import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Database, RootDatabase, RootDatabaseOptionsWithPath } from 'lmdb';
import { TxlogError } from '../../core/base/errors.ts';
import { requireDescriptors } from '../../machine/descriptors.ts';
import { ownerOnly, rightsIn, setRights } from '../../machine/file-rights.ts';
import { makeDirs } from '../../machine/make-dirs.ts';
import { type TableName, tableNames } from '../../ports/storage.ts';
import { mapBytesFor } from './address-space.ts';
import { refuseNewFilesWhenFull } from './disk-room.ts';
import { type Gate, noGate, openGate } from './gate.ts';
import { findEarlierState, LastCommit, lastCommitName, type SeenCommit } from './last-commit.ts';
import { descriptorsOpened } from './native-env.ts';
import { PageGuard } from './page-guard.ts';
import { damagedFile } from './pages/meta-pages.ts';
import { noteMap, refuseReadOnlyMap } from './process-maps.ts';

/** How to open one LMDB environment. */
export interface LmdbOptions {
  /** Directory of data.mdb and lock.mdb; or with `isFile`, one file of data, such as a backup. */
  readonly dir: string;
  readonly isFile?: boolean;
  readonly readOnly?: boolean;
  /** Starts the map at this many bytes; it grows by itself. */
  readonly mapBytes?: number;
  /** Free bytes on the disk below which writes are refused. */
  readonly reserveBytes?: number;
  /** Milliseconds after which a writer looks again for readers that died. Default 5 s. */
  readonly readerCheckMs?: number;
  /** Gives up durability: only for an environment that no one can open yet, which is synced before it is published. */
  readonly unpublished?: boolean;
  /** It holds data: nothing is made where none is found. */
  readonly existing?: boolean;
}

/** An open LMDB environment and its tables. A table that a read-only opener does not find is absent. */
export interface LmdbEnv {
  readonly root: RootDatabase<Buffer, Buffer>;
  readonly tables: ReadonlyMap<TableName, Database<Buffer, Buffer>>;
  readonly version: string;
  /** To be held while the environment is opened, written and closed. */
  readonly gate: Gate;
  /** Looks at pages before LMDB does; none where the file was made by this very opening. */
  readonly guard: PageGuard | undefined;
  /** The second witness of the newest commit; none of a file that is only read, or that no one else can open yet. */
  readonly lastCommit: LastCommit | undefined;
  /** To be called once it is closed: this process no longer has the file mapped for it. */
  forgetMap(): void;
}

/**
 * The only place that opens LMDB: every process must use exactly these options. `overlappingSync` off makes a commit
 * durable before it is visible; the free-list bounds keep small commits cheap after bulk writes.
 *
 * Source: decisions/0003-lmdb-options.md.
 */
export function openEnv(options: LmdbOptions): LmdbEnv {
  refuseMissing(options);
  const gate = gateOf(options);
  try {
    // The tables as well: where one is missing, opening it commits.
    const opened = gate.hold(() => openGuarded(options, gate));
    if (!options.isFile && !options.readOnly) shareFiles(options.dir);
    return opened;
  } catch (error) {
    gate.close();
    throw error;
  }
}

function openGuarded(options: LmdbOptions, gate: Gate): LmdbEnv {
  const file = dataFileOf(options);
  const bytes = bytesOf(file);
  const mapBytes = mapBytesFor(options.mapBytes, bytes);
  // A generation is renamed before it is removed: either the gate was gone with it, or the data is still there.
  refuseMissing(options);
  if (!options.readOnly) refuseReadOnlyMap(file);
  // Empty: new, or made by a process that died before it wrote the first page.
  const guard = bytes === 0 || options.unpublished ? undefined : new PageGuard(file, { writes: !options.readOnly });
  try {
    const lastCommit = isWitnessed(options) ? new LastCommit(options.dir) : undefined;
    if (guard && lastCommit) refuseEarlierState({ transaction: guard.transaction, bytes }, lastCommit, options.dir);
    const opened = openTables({ ...options, mapBytes });
    const forgetMap = noteMap(file, options.readOnly ?? false);
    return { ...opened, version: '3.5.6', gate, guard, lastCommit, forgetMap };
  } catch (error) {
    guard?.close();
    throw error;
  }
}

/** LMDB makes what it does not find: an empty log in the place of one that others were told is durable. */
function refuseMissing(options: LmdbOptions): void {
  const file = dataFileOf(options);
  if (options.existing && bytesOf(file) === 0) throw damagedFile(file, 'it holds no data');
}

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

interface Mapped extends LmdbOptions {
  readonly mapBytes: number;
}

function openTables(options: Mapped): Pick<LmdbEnv, 'root' | 'tables'> {
  // The package's single CommonJS file loads in half the time of its many ES modules.
  const lmdb = createRequire(import.meta.url)('lmdb') as typeof import('lmdb');
  if (existsSync(options.dir)) requireDescriptors(options.dir, descriptorsOpened);
  const place = options.isFile ? dirname(options.dir) : options.dir;
  // Where nothing can be written, LMDB reads without a table of locks.
  const makesFiles = !options.readOnly || isWritable(place);
  if (makesFiles) refuseNewFilesWhenFull(place, [dataFileOf(options), lockFileOf(options)]);
  const root = lmdb.open<Buffer, Buffer>(lmdbOptions(options));
  try {
    const tables = new Map<TableName, Database<Buffer, Buffer>>();
    for (const name of tableNames) {
      const table = root.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' }) as
        | Database<Buffer, Buffer>
        | undefined;
      if (table) tables.set(name, table);
    }
    return { root, tables };
  } catch (error) {
    root.close();
    throw error;
  }
}

function isWritable(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** A disk that brings old data back, or a meta page that was lost, must not be written upon. */
function refuseEarlierState(now: SeenCommit, lastCommit: LastCommit, dir: string): void {
  const problem = findEarlierState(now, lastCommit.read());
  if (problem === undefined) return;
  throw new TxlogError('STORAGE_CORRUPT', problem, {
    hint: `Acknowledged records may be missing: restore a backup. To go on with what is left, remove ${lastCommitName}.`,
    next: ['txlog verify', 'txlog init NEW --from BACKUP', `rm ${join(dir, lastCommitName)}`],
  });
}

/** A backup in one file is nobody's yet while it is written, as is a build. */
function isWitnessed({ isFile, readOnly, unpublished }: LmdbOptions): boolean {
  return !(isFile || readOnly || unpublished);
}

/** The file that an environment's data is in. */
export function dataFileOf({ dir, isFile }: Pick<LmdbOptions, 'dir' | 'isFile'>): string {
  return isFile ? dir : join(dir, 'data.mdb');
}

function lockFileOf({ dir, isFile }: LmdbOptions): string {
  return isFile ? `${dir}-lock` : join(dir, 'lock.mdb');
}

function lmdbOptions(options: Mapped): RootDatabaseOptionsWithPath {
  return {
    path: options.dir,
    noSubdir: options.isFile ?? false,
    readOnly: options.readOnly ?? false,
    encoding: 'binary',
    keyEncoding: 'binary',
    overlappingSync: false,
    mapSize: options.mapBytes,
    maxDbs: 32,
    maxReaders: 1024,
    noSync: options.unpublished ?? false,
    // Known to the package, missing in its types.
    ...({ maxFreeSpaceToLoad: 2000, maxFreeSpaceToRetain: 4000, permissionsMode: filesMode(options) } as object),
  };
}

/** LMDB makes files as the umask has it: who shares the directory shares them, too. */
function shareFiles(dir: string): void {
  const { file } = rightsIn(dir);
  for (const name of ['data.mdb', 'lock.mdb', 'gate.mdb', 'gate.mdb-lock', lastCommitName])
    setRights(join(dir, name), file);
}

function filesMode({ dir, isFile }: LmdbOptions): number {
  return isFile || !existsSync(dir) ? ownerOnly.file : rightsIn(dir).file;
}

function gateOf(options: LmdbOptions): Gate {
  // A backup is only read, a build is one process's own.
  if (options.isFile || options.unpublished) return noGate;
  // LMDB's package makes the directory as well, but later.
  if (!options.readOnly && !options.existing) makeDirs(options.dir, ownerOnly.dir);
  return openGate(options.dir);
}
