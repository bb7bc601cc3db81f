import { closeSync, existsSync, mkdirSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Database, RootDatabase, RootDatabaseOptionsWithPath } from 'lmdb';
import { TxlogError } from '../../core/base/errors.ts';
import { type TableName, tableNames } from '../../ports/storage.ts';
import { type Gate, noGate, openGate } from './gate.ts';

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
  /** Gives up durability: only for an environment that no one can open yet, which is synced before it is published. */
  readonly unpublished?: boolean;
}

/** An open LMDB environment and its tables. A table that a read-only opener does not find is absent. */
export interface LmdbEnv {
  readonly root: RootDatabase<Buffer, Buffer>;
  readonly tables: ReadonlyMap<TableName, Database<Buffer, Buffer>>;
  readonly version: string;
  /** To be held while the environment is opened, written and closed. */
  readonly gate: Gate;
}

const mapBytesDefault = 2 ** 40;
/** Numbers of the system's errors for what may not be written: EPERM, EACCES, EROFS. */
const refusals = new Set<unknown>([1, 13, 30]);
/** What LMDB's meta pages begin with, after the header that every page has. */
export const lmdbMagic = 0xbeefc0de;
/** Where it stands in a page. */
export const metaMagicAt = 24;

/**
 * The only place that opens LMDB: every process must use exactly these options. `overlappingSync` off makes a commit
 * durable before it is visible; the free-list bounds keep small commits cheap after bulk writes.
 *
 * Source: decisions/0003-lmdb-options.md.
 */
export function openEnv(options: LmdbOptions): LmdbEnv {
  refuseForeignFile(options.isFile ? options.dir : join(options.dir, 'data.mdb'));
  const gate = gateOf(options);
  try {
    // The tables as well: where one is missing, opening it commits.
    return gate.hold(() => ({ ...openTables(options), version: '3.5.6', gate }));
  } catch (error) {
    gate.close();
    throw error;
  }
}

function openTables(options: LmdbOptions): Pick<LmdbEnv, 'root' | 'tables'> {
  // The package's single CommonJS file loads in half the time of its many ES modules.
  const lmdb = createRequire(import.meta.url)('lmdb') as typeof import('lmdb');
  const root = lmdb.open<Buffer, Buffer>(lmdbOptions(options));
  const tables = new Map<TableName, Database<Buffer, Buffer>>();
  for (const name of tableNames) {
    const table = root.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' }) as
      | Database<Buffer, Buffer>
      | undefined;
    if (table) tables.set(name, table);
  }
  return { root, tables };
}

function lmdbOptions(options: LmdbOptions): RootDatabaseOptionsWithPath {
  return {
    path: options.dir,
    noSubdir: options.isFile ?? false,
    readOnly: options.readOnly ?? false,
    encoding: 'binary',
    keyEncoding: 'binary',
    overlappingSync: false,
    mapSize: options.mapBytes ?? mapBytesDefault,
    maxDbs: 32,
    maxReaders: 1024,
    noSync: options.unpublished ?? false,
    // Known to the package, missing in its types.
    ...({ maxFreeSpaceToLoad: 2000, maxFreeSpaceToRetain: 4000 } as object),
  };
}

function gateOf(options: LmdbOptions): Gate {
  // A backup is only read, a build is one process's own.
  if (options.isFile || options.unpublished) return noGate;
  // LMDB's package makes the directory as well, but later.
  if (!options.readOnly) mkdirSync(options.dir, { recursive: true });
  try {
    return openGate(options.dir);
  } catch (error) {
    // Who may not write there cannot set anything back in lock.mdb either.
    if (options.readOnly && refusals.has((error as { code?: unknown }).code)) return noGate;
    throw error;
  }
}

/** LMDB trusts the file that it maps: one of another kind would end the process, not throw. */
function refuseForeignFile(file: string): void {
  if (!existsSync(file)) return;
  const bytes = Buffer.alloc(metaMagicAt + 4);
  const handle = openSync(file, 'r');
  try {
    const read = readSync(handle, bytes, 0, bytes.length, 0);
    // Empty: made by a process that died before it wrote the first page.
    if (read === 0 || (read === bytes.length && bytes.readUInt32LE(metaMagicAt) === lmdbMagic)) return;
  } finally {
    closeSync(handle);
  }
  throw new TxlogError('STORAGE_CORRUPT', `${file} is not a data file of LMDB`, {
    next: ['txlog doctor', 'txlog init NEW --from BACKUP'],
  });
}
