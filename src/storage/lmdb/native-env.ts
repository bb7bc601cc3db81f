import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { requireDescriptors } from '../../machine/descriptors.ts';
import { rightsIn } from '../../machine/file-rights.ts';
import { refuseNewFilesWhenFull } from './disk-room.ts';

/** The package's own layer below its API: an environment of LMDB, and nothing in it. */
export interface NativeEnv {
  beginTxn(flags: number): void;
  getWriteTxnId(): number;
  abortTxn(): void;
  info(): { readonly numReaders: number };
  close(): void;
}

/** A transaction that reads. */
export interface NativeReading {
  abort(): void;
}

interface OpenableEnv extends NativeEnv {
  open(options: object, flags: number, ownFlags: number): void;
}

interface NativeAddon {
  readonly Env: new () => OpenableEnv;
  readonly Txn: new (env: NativeEnv, flags: number) => NativeReading;
}

const noSubdirFlag = 0x4000;
const noSyncFlag = 0x10000;
const readOnlyFlag = 0x20000;
const mapBytes = 1 << 20;
/** The lock file, the data, and the data once more for writing it through. */
export const descriptorsOpened = 3;

/**
 * Opens a small environment in one file, of which the locks alone matter; the file gets the rights of its directory.
 *
 * Errors: those of the system, with its number or its name as `code`; STORAGE_FULL.
 */
export function openNativeEnv(path: string, { maxReaders }: { readonly maxReaders: number }): NativeEnv {
  const permissionsMode = rightsIn(dirname(path)).file;
  const options = { path, keyBytes: Buffer.alloc(64), mapSize: mapBytes, maxDbs: 1, maxReaders, permissionsMode };
  // Where one of these is missing half-way, LMDB's package ends the process.
  requireDescriptors(dirname(path), descriptorsOpened);
  refuseNewFilesWhenFull(dirname(path), [path, `${path}-lock`]);
  // Nothing that can fail comes between these two: when one that was never opened is collected, the process ends.
  const env = new (addon().Env)();
  env.open(options, noSubdirFlag | noSyncFlag, 0);
  return env;
}

/** Begins to read, which takes a place among the readers. Errors: those of the system, with its number as `code`. */
export function beginReading(env: NativeEnv): NativeReading {
  return new (addon().Txn)(env, readOnlyFlag);
}

function addon(): NativeAddon {
  return (createRequire(import.meta.url)('lmdb') as { nativeAddon: NativeAddon }).nativeAddon;
}
