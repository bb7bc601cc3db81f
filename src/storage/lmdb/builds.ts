import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { assert } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import { toStorageError } from '../../core/base/storage-error.ts';
import { rightsIn, setRights } from '../../machine/file-rights.ts';
import { hasEnded, readDigits, thisProcess, toDigits } from '../../machine/process-name.ts';
import type { BuildReading } from '../../ports/build.ts';
import { makeDirIn, removeTree, removeWhole, removingName, syncPath } from './directory.ts';
import { giveSign, hasSign, type SignOfLife, signFiles } from './sign-of-life.ts';

/** A build of this thread that is under way. */
interface Build {
  /** None where others do not look for builds. */
  readonly sign: SignOfLife | undefined;
  /** Whether its directory was made for it. */
  readonly isDirNew: boolean;
}

const builds = new Map<string, Build>();
let isTidyingUp = false;
let buildsMade = 0;
/** The process, its thread, and a number of its own. */
const buildName = /^building-(\d+-\d+-\d+-\d+)-(\d+)-\d+$/;
/** As version 0.1.0 named them: by the number of the process only, which says nothing in another container. */
const oldBuildName = /^building-\d+-\d+-\d+$/;
/** A build of that version that lives is written all the time. */
const oldBuildMs = 3_600_000;

/** Names that makers of environments leave in a directory, besides generations. */
export const isLitter = (name: string): boolean =>
  name.startsWith('building-') ||
  removingName.test(name) ||
  name.startsWith('fresh-') ||
  /^current\.[0-9]+$/.test(name);

/**
 * A new, empty directory to build a generation in. Whoever asked for it removes it, or a later opener does once the
 * process is dead. No other one ever removes it.
 */
export function newBuildDir(dir: string, isDirNew = false): string {
  const name = toDigits(thisProcess());
  for (;;) {
    buildsMade += 1;
    const path = join(dir, `building-${name}-${threadId}-${buildsMade}`);
    // Taken: left by a process that had the same name.
    if (!makeDirIn(dir, basename(path))) continue;
    registerBuild(path, isDirNew);
    try {
      builds.set(path, { sign: toStorageError(`build in ${dir}`, () => giveSign(path)), isDirNew });
    } catch (error) {
      removeBuild(path);
      throw error;
    }
    return path;
  }
}

/** Makes a place that is removed by `removeBuild`, or when the process ends before. */
export function registerBuild(path: string, isDirNew = false): void {
  builds.set(path, { sign: undefined, isDirNew });
  if (isTidyingUp) return;
  isTidyingUp = true;
  // A signal that ends the process while it builds, such as Ctrl-C, leaves nothing of the build.
  process.once('exit', () => {
    for (const build of builds.keys()) removeBuild(build);
  });
}

/** Removes a build, unless it was published; and its directory when that was made for it and holds nothing else. */
export function removeBuild(path: string): void {
  const build = builds.get(path);
  build?.sign?.end();
  builds.delete(path);
  removeTree(path);
  // A published build may be there, or someone else's.
  if (build?.isDirNew) ignoreRefused(() => rmdirSync(dirname(path)));
}

/** Puts a build on the disk, while others work. Errors: STORAGE_FAILED when something removed it. */
export async function syncBuild(build: string): Promise<void> {
  try {
    const handle = await open(join(build, 'data.mdb'), 'r');
    await handle.sync().finally(() => handle.close());
  } catch (cause) {
    throw asLost(build, cause);
  }
}

/** Puts what is left on the disk; the file is known by the number that the system gives it. */
function syncData(build: string): string {
  const handle = attempt(build, () => openSync(join(build, 'data.mdb'), 'r'));
  try {
    fsyncSync(handle);
    const { dev, ino } = fstatSync(handle, { bigint: true });
    return `${dev}:${ino}`;
  } finally {
    closeSync(handle);
  }
}

/**
 * Makes a finished build a generation; durable when it returns. What was renamed is what was synced.
 *
 * Errors: ENV_EXISTS when there is that generation; STORAGE_FAILED when something removed the build.
 */
export function publishBuild(build: string, dir: string, generation: number): void {
  assert(builds.has(build), 'a build is published by the thread that made it');
  const synced = syncData(build);
  const published = join(dir, `g${generation}`);
  attempt(build, () => syncPath(build));
  try {
    renameSync(build, published);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw lost(build, cause);
    if (code === 'ENOTEMPTY' || code === 'EEXIST')
      throw new TxlogError('ENV_EXISTS', `there is a generation ${generation} in ${dir} already`, { cause });
    throw new TxlogError('STORAGE_FAILED', `cannot make generation ${generation} in ${dir}: ${message}`, { cause });
  }
  const found = statSync(join(published, 'data.mdb'), { bigint: true, throwIfNoEntry: false });
  if (!found || `${found.dev}:${found.ino}` !== synced) throw lost(build, undefined);
  setRights(join(published, 'data.mdb'), rightsIn(published).file);
  for (const name of signFiles) rmSync(join(published, name), { force: true });
  syncPath(dir);
}

/** Removes the builds of processes that are gone. */
export function removeUnfinished(dir: string): void {
  const here = toDigits(thisProcess());
  for (const name of readdirSync(dir)) {
    const path = join(dir, name);
    if (removingName.test(name)) ignoreRefused(() => removeTree(path));
    else if (isDead(path, here)) ignoreRefused(() => removeWhole(path));
  }
}

/** The builds in a directory whose processes may still live, the oldest first; nothing of who is dead. */
export function listBuilds(dir: string): readonly BuildReading[] {
  // Its directory may be gone: that is told by who reads it next.
  const names = existsSync(dir) ? readdirSync(dir).filter((name) => buildName.test(name)) : [];
  if (names.length === 0) return [];
  const here = toDigits(thisProcess());
  const found: BuildReading[] = [];
  for (const name of names) {
    const of = readDigits(buildName.exec(name)?.[1] ?? '');
    const path = join(dir, name);
    if (!of || isDead(path, here)) continue;
    // It may be gone by now.
    ignoreRefused(() => {
      const { birthtimeMs } = statSync(path);
      const data = statSync(join(path, 'data.mdb'), { throwIfNoEntry: false });
      found.push({ process: of.pid, since: birthtimeMs, bytes: data?.size ?? 0 });
    });
  }
  return found.sort((a, b) => a.since - b.since);
}

function isDead(path: string, hereDigits: string): boolean {
  const name = basename(path);
  const [digits = '', thread] = buildName.exec(name)?.slice(1) ?? [];
  const [of, here] = [readDigits(digits), readDigits(hereDigits)];
  assert(here !== undefined, 'a process has a name');
  if (!of) return oldBuildName.test(name) && orFalse(() => Date.now() - lastWrite(path) > oldBuildMs);
  // In this very thread only a build under way lives; other threads of its process answer for theirs.
  if (digits === hereDigits) return Number(thread) === threadId && !builds.has(path);
  if (hasEnded(of, here)) return true;
  // A process of this name space would have been found dead; another container's shows by its sign that it lives.
  return (of.space !== here.space || of.began === '') && orFalse(() => !hasSign(path));
}

function lastWrite(path: string): number {
  const data = statSync(join(path, 'data.mdb'), { throwIfNoEntry: false });
  return Math.max(statSync(path).mtimeMs, data?.mtimeMs ?? 0);
}

/** A directory that may not be looked at or removed is another user's, or gone by now: it is left alone. */
function orFalse(look: () => boolean): boolean {
  let isSo = false;
  ignoreRefused(() => {
    isSo = look();
  });
  return isSo;
}

function ignoreRefused(work: () => void): void {
  try {
    work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

function attempt<T>(build: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw asLost(build, cause);
  }
}

function asLost(build: string, cause: unknown): unknown {
  return (cause as NodeJS.ErrnoException).code === 'ENOENT' ? lost(build, cause) : cause;
}

function lost(build: string, cause: unknown): TxlogError {
  return new TxlogError('STORAGE_FAILED', `another program removed ${build} before it was published`, {
    hint: 'The environment did not change.',
    next: ['txlog doctor', 'txlog replay'],
    ...given({ cause }),
  });
}
