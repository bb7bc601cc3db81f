import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { v4 as randomId } from 'uuid';
import { findMetaProblems } from './pages/meta-pages.ts';
import { PageFile } from './pages/page-file.ts';

/**
 * Whether `gate.mdb` is as LMDB makes it, which it stays for ever. After a power cut it may be torn, and mapping it would
 * end the process.
 *
 * Errors: those of the system; ENOENT is no problem.
 */
export function isSoundGate(path: string): boolean {
  let file: PageFile;
  try {
    file = new PageFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
  try {
    return file.length() === 0 || findMetaProblems(file).length === 0;
  } finally {
    file.close();
  }
}

/**
 * Makes an unsound gate file as `make` makes a new one, in its place: those who have it open find it whole, too. The lock
 * itself is in `gate.mdb-lock`, which stays: to replace that would split it.
 */
export function mendGate(path: string, make: (path: string) => void): void {
  // Process numbers are not one's own across containers.
  const fresh = `${path}.${randomId()}`;
  try {
    make(fresh);
    // Another process that mends it at this moment writes the same bytes.
    const handle = openSync(path, 'r+');
    try {
      const bytes = readFileSync(fresh);
      writeSync(handle, bytes, 0, bytes.length, 0);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } finally {
    rmSync(fresh, { force: true });
    rmSync(`${fresh}-lock`, { force: true });
  }
}
