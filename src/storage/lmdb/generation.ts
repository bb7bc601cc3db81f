import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { TxlogError } from '../../core/base/errors.ts';
import { placeFailure } from './place-failure.ts';

/**
 * An environment's directory holds one LMDB environment per generation, `g1`, `g2`, …, and a file `current` that names
 * one. A rebuild writes the next generation under another name, syncs and renames it, and then says `moved` in the head
 * of the old one: that commit is the swap. `current` only spares openers the way through old generations.
 *
 * Source: decisions/0005-generations.md.
 */
export const generationDir = (dir: string, generation: number): string => join(dir, `g${generation}`);
/** Builds of this thread that are under way. */
const builds = new Set<string>();
let buildsMade = 0;
const buildName = /^building-([1-9][0-9]*)-([0-9]+)-[0-9]+$/;

/** A new place to build a generation in; whoever asked for it removes it, or a later opener does once it is dead. */
export function newBuildDir(dir: string): string {
  buildsMade += 1;
  const path = join(dir, `building-${process.pid}-${threadId}-${buildsMade}`);
  builds.add(path);
  // Left by a process that is gone, and had the same number.
  removeTree(path);
  return path;
}

/** Removes a build, unless it was published. */
export function removeBuild(path: string): void {
  builds.delete(path);
  removeTree(path);
}

const currentFile = (dir: string): string => join(dir, 'current');

/**
 * The generation to open first, or undefined when there is no environment.
 *
 * Errors: ENV_FOREIGN when the directory holds something else; as `placeFailure`.
 */
export function readCurrent(dir: string): number | undefined {
  try {
    return findCurrent(dir);
  } catch (cause) {
    throw cause instanceof TxlogError ? cause : placeFailure('read', dir, cause);
  }
}

function findCurrent(dir: string): number | undefined {
  const stats = statSync(dir, { throwIfNoEntry: false });
  if (!stats) return undefined;
  if (!stats.isDirectory()) throw new TxlogError('ENV_FOREIGN', `${dir} is a file, not an environment's directory`);
  if (!statSync(currentFile(dir), { throwIfNoEntry: false })) {
    // Another process may be making the environment right now, or died doing so.
    const others = readdirSync(dir).filter((name) => !/^(building-[0-9-]+|g1|current\.[0-9]+)$/.test(name));
    if (others.length === 0) return undefined;
    throw new TxlogError('ENV_FOREIGN', `${dir} holds ${others.slice(0, 3).join(', ')} but no environment of txlog`, {
      hint: 'Nothing was changed there.',
      next: ['txlog init --env ANOTHER_DIR'],
    });
  }
  const text = readFileSync(currentFile(dir), 'utf8').trim();
  const generation = Number(/^g([1-9][0-9]*)$/.exec(text)?.[1]);
  if (!Number.isSafeInteger(generation) || !hasData(generationDir(dir, generation))) {
    throw new TxlogError('ENV_FOREIGN', `${currentFile(dir)} does not name a generation of an environment`, {
      next: [`txlog doctor --env ${dir}`],
    });
  }
  return generation;
}

function hasData(dir: string): boolean {
  return statSync(join(dir, 'data.mdb'), { throwIfNoEntry: false }) !== undefined;
}

/** Points `current` at a generation, so that it holds either the old name or the new one. */
export function writeCurrent(dir: string, generation: number): void {
  const fresh = `${currentFile(dir)}.${process.pid}`;
  writeFileSync(fresh, `g${generation}\n`);
  syncPath(fresh);
  renameSync(fresh, currentFile(dir));
  syncPath(dir);
}

/** Puts a build on the disk. */
export function syncBuild(build: string): void {
  syncPath(join(build, 'data.mdb'));
}

/** Makes a finished build a generation; durable when it returns. Errors: ENV_EXISTS when there is that generation. */
export function publishBuild(build: string, dir: string, generation: number): void {
  syncPath(join(build, 'data.mdb'));
  syncPath(build);
  try {
    renameSync(build, generationDir(dir, generation));
  } catch (cause) {
    throw new TxlogError('ENV_EXISTS', `there is a generation ${generation} in ${dir} already`, { cause });
  }
  syncPath(dir);
}

/**
 * Removes what a rebuild left that died before its swap, of which no one was ever told. Only for the holder of the
 * writer lock of the generation before: any other might remove a generation that is in use.
 */
export function removeAbandoned(dir: string, generation: number): void {
  removeTree(generationDir(dir, generation));
}

/** Removes builds that died and generations before `generation`. Those still open elsewhere live on until closed. */
export function removeOld(dir: string, generation: number): void {
  for (const name of readdirSync(dir)) {
    const old = Number(/^g([1-9][0-9]*)$/.exec(name)?.[1]);
    if (old < generation) removeTree(join(dir, name));
  }
  removeUnfinished(dir);
}

/** Removes the builds of processes that are gone. */
export function removeUnfinished(dir: string): void {
  for (const name of readdirSync(dir)) {
    const [pid, thread] = (buildName.exec(name) ?? []).slice(1).map(Number);
    if (pid === undefined) continue;
    const path = join(dir, name);
    // Of this very thread only what is under way lives: the rest was left by a process that had the same number.
    const isDead = pid === process.pid ? thread === threadId && !builds.has(path) : !isAlive(pid);
    if (isDead) removeTree(path);
  }
}

/** Makes the directory of a new environment, and all above it. Errors: as `placeFailure`. */
export function makeDir(dir: string): void {
  // Step by step: Node's own recursive form never returns where the system refuses with "no such file", as in /proc.
  if (isDirectory(dir)) return;
  if (dirname(dir) !== dir) makeDir(dirname(dir));
  try {
    mkdirSync(dir);
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

/** Others may remove the same directory at this moment, or close files in it: it is found not empty then, and tried again. */
function removeTree(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 10 });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function syncPath(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
