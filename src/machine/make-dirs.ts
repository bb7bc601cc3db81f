import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory, and those above it that are missing, each with these mode bits. Nothing when it is there.
 *
 * Node's own recursive way never ends where the system calls a place missing that nobody can make, as in /proc.
 *
 * Errors: those of the system, such as EEXIST (a file is there), ENOENT, EACCES, ENOTDIR, EROFS.
 */
export function makeDirs(path: string, mode: number): void {
  if (made(path, mode)) return;
  makeDirs(dirname(path), mode);
  if (!made(path, mode)) mkdirSync(path, { mode });
}

/** False when the directory above is missing. */
function made(path: string, mode: number): boolean {
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return true;
    if (code === 'ENOENT' && dirname(path) !== path) return false;
    throw error;
  }
}
