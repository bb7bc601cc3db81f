import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Database, RootDatabase } from 'lmdb';
import { TxlogError } from '../../core/errors.ts';
import { type TableName, tableNames } from '../../ports/storage.ts';

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
}

const mapBytesDefault = 2 ** 40;
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
  // The package's single CommonJS file loads in half the time of its many ES modules.
  const lmdb = createRequire(import.meta.url)('lmdb') as typeof import('lmdb');
  const root = lmdb.open<Buffer, Buffer>({
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
  });
  const tables = new Map<TableName, Database<Buffer, Buffer>>();
  for (const name of tableNames) {
    const table = root.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' }) as
      | Database<Buffer, Buffer>
      | undefined;
    if (table) tables.set(name, table);
  }
  return { root, tables, version: '3.5.6' };
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
