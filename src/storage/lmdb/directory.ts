import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { v4 as randomId } from 'uuid';
import { systemCode } from '../../core/base/system-error.ts';
import { ownerOnly, rightsIn, setRights } from '../../machine/file-rights.ts';
import { placeFailure } from './place-failure.ts';

/** Names of what is being removed: `removeWhole` puts it out of the way first. */
export const removingName = /^removing-[0-9]+$/;

const noLinks = new Set<string | undefined>(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** Makes the directory of a new environment, for its owner alone, and all above it. Errors: as `placeFailure`. */
export function makeDir(dir: string, mode: number = ownerOnly.dir): void {
  // Step by step: Node's own recursive form never returns where the system refuses with "no such file", as in /proc.
  if (isDirectory(dir)) return;
  if (dirname(dir) !== dir) makeDir(dirname(dir), 0o777);
  try {
    mkdirSync(dir, { mode });
  } catch (cause) {
    if (isDirectory(dir)) return;
    throw placeFailure('make', dir, cause);
  }
}

/** Another process made it meanwhile; a link that leads nowhere exists, too, and is none. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Makes a directory in another one, with its rights; false when something has this name. */
export function makeDirIn(parent: string, name: string): boolean {
  const path = join(parent, name);
  const { dir } = rightsIn(parent);
  try {
    mkdirSync(path, { mode: dir });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  setRights(path, dir);
  return true;
}

/** A file in `dir` with this text, durable, under a name that no other process or thread uses. */
export function writeFresh(dir: string, text: string): string {
  const path = join(dir, `fresh-${randomId()}`);
  const { file } = rightsIn(dir);
  try {
    writeFileSync(path, text, { flag: 'wx', mode: file, flush: true });
    setRights(path, file);
  } catch (error) {
    // A full disk has room for a name.
    rmSync(path, { force: true });
    throw error;
  }
  return path;
}

/** Gives a file its name unless something has it; false then. The file may keep its old name, too. */
export function giveNewName(path: string, name: string): boolean {
  try {
    linkSync(path, name);
    return true;
  } catch (error) {
    if (existsSync(name)) return false;
    // Some file systems have no links.
    if (!noLinks.has((error as NodeJS.ErrnoException).code)) throw error;
    renameSync(path, name);
    return true;
  }
}

/**
 * Takes a directory out of the way as a whole, to be removed: whoever is about to open what is in it finds all of it or
 * nothing, and cannot make a new file in what is being removed. Undefined when there is none.
 */
function putAside(path: string): string | undefined {
  const aside = join(dirname(path), `removing-${Number.parseInt(randomId().slice(0, 8), 16)}`);
  try {
    renameSync(path, aside);
    return aside;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Removes a directory, after it was put aside. */
export function removeWhole(path: string): void {
  const aside = putAside(path);
  if (aside !== undefined) removeTree(aside);
}

/** The same, while others work: to give back a large file takes the system a while. */
export async function removeWholeLater(path: string): Promise<void> {
  const aside = putAside(path);
  if (aside !== undefined) await rm(aside, removing);
}

const removing = { recursive: true, force: true, maxRetries: 10, retryDelay: 10 };

/** Others may remove the same directory at this moment, or close files in it: it is found not empty then, and tried again. */
export function removeTree(path: string): void {
  rmSync(path, removing);
}

/** Puts a file or the names in a directory on the disk. */
export function syncPath(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
