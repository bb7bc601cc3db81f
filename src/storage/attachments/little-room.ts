import { statfsSync } from 'node:fs';
import { TxlogError } from '../../core/base/errors.ts';
import { freeBytesOf } from '../../core/base/free-space.ts';

const leftBytesDefault = 64 * 1024 * 1024;

/**
 * Refuses to fill a disk with attachments: the log stops at its reserve, and they stop at twice as much, so that records
 * still have room when no attachment has.
 *
 * Errors: STORAGE_FULL.
 */
export function refuseLittleRoom(dir: string, reserveBytes: number | undefined): void {
  const left = reserveBytes === undefined ? leftBytesDefault : 2 * reserveBytes;
  const free = freeBytes(dir);
  if (free === undefined || free >= left) return;
  throw new TxlogError('STORAGE_FULL', `only ${free} bytes are free on the disk, ${left} are left to the log`, {
    hint: 'No attachment is added; what came of a file is kept, and the same command goes on.',
    next: [`df -h ${dir}`, 'txlog attachment gc --dry-run'],
  });
}

/** Undefined when nobody knows: the write itself will tell. */
function freeBytes(dir: string): number | undefined {
  try {
    return freeBytesOf(statfsSync(dir));
  } catch {
    return undefined;
  }
}
