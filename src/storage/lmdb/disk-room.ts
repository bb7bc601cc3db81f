import { readdirSync, statfsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { TxlogError } from '../../core/base/errors.ts';
import { freeBytesOf } from '../../core/base/free-space.ts';
import { limits } from '../../core/base/limits.ts';
import { toStorageError } from '../../core/base/storage-error.ts';
import { systemCode } from '../../core/base/system-error.ts';

/** Errors: STORAGE_FULL when less is free on the disk than is kept in reserve. */
export function refuseWhenFull(options: { readonly dir: string; readonly reserveBytes?: number }): void {
  const free = toStorageError('look at the disk', () => freeBytes(options.dir));
  const reserve = options.reserveBytes ?? limits.reserveBytes;
  // A generation that a rebuild replaced may be gone from its directory; its head tells, under the lock.
  if (free === undefined || free >= reserve) return;
  throw new TxlogError('STORAGE_FULL', `only ${free} bytes are free on the disk, ${reserve} are reserved`, {
    hint: 'Nothing was written. Reads still work.',
    next: [`df -h ${lastingPlace(options.dir)}`, 'txlog status'],
  });
}

/** Room for the files of a new environment before its first commit: tables of locks, and the first pages. */
const newFilesBytes = 1024 * 1024;

/**
 * Refuses to have LMDB make files where there is no room. It makes its table of locks as a file with holes, and maps it:
 * the first touch of a page that the disk has no room for ends the process.
 *
 * Errors: STORAGE_FULL.
 */
export function refuseNewFilesWhenFull(dir: string, files: readonly string[]): void {
  const areThere = files.every((file) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0);
  const free = areThere ? undefined : freeBytes(dir);
  if (free === undefined || free >= newFilesBytes) return;
  throw new TxlogError('STORAGE_FULL', `cannot make files: only ${free} bytes are free on the disk`, {
    hint: 'Nothing was written.',
    next: [`df -h ${lastingPlace(dir)}`],
  });
}

// The directory may be gone, and some systems cannot be asked.
const unknowable = new Set(['ENOENT', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EACCES', 'EPERM']);

/** EIO. */
const ioErrorNumber = 5;
/** Where so little is free, a write that did not go through is one that found no room. */
const fullBytes = 4 * 1024 * 1024;

/** LMDB tells a write that was cut short, as on a full disk, as an error of input or output. */
export function asFull(error: unknown, dir: string): unknown {
  const isIo = error instanceof TxlogError && (error.cause as { code?: unknown } | undefined)?.code === ioErrorNumber;
  const free = isIo ? freeBytes(dir) : undefined;
  if (free === undefined || free >= fullBytes) return error;
  return new TxlogError('STORAGE_FULL', `cannot commit: no room on the disk, ${free} bytes are free`, {
    cause: error,
    hint: 'The outcome of what was under way is unknown; submitting it again with the same id is safe.',
    next: [`df -h ${lastingPlace(dir)}`, 'txlog status'],
  });
}

/** The place to look at when `dir` is a build that is removed now, perhaps with the directory that was made for it. */
function lastingPlace(dir: string): string {
  if (!basename(dir).startsWith('building-')) return dir;
  const above = dirname(dir);
  const isMadeForIt = readdirSync(above).length === 1;
  return isMadeForIt ? dirname(above) : above;
}

/** Undefined when nobody knows: whether there is room, the write itself will tell. */
function freeBytes(dir: string): number | undefined {
  try {
    return freeBytesOf(statfsSync(dir));
  } catch (error) {
    if (unknowable.has(systemCode(error))) return undefined;
    throw error;
  }
}
