import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { AuditLog } from '../audit/audit-report.ts';
import { readRaw } from '../audit/raw-reading.ts';
import { verifyChain } from '../audit/verify-chain.ts';
import { classOf } from '../core/base/error-codes.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import { readFormat, readHead, readMeta, writeFormat, writeMeta } from '../layout/meta.ts';
import type { Storage } from '../ports/storage.ts';
import { copyAttachments } from '../storage/attachments/copy-attachments.ts';
import { attachmentsDir } from '../storage/attachments/file-attachments.ts';
import { isLitter, newBuildDir, publishBuild, removeBuild, removeUnfinished } from '../storage/lmdb/builds.ts';
import { giveNewName, makeDir } from '../storage/lmdb/directory.ts';
import { nameFirst, prepareDir, readCurrent } from '../storage/lmdb/generation.ts';
import { openLmdbStorage } from '../storage/lmdb/lmdb-storage.ts';
import type { Progress } from '../view/reader.ts';
import type { LoopTurns } from '../view/turns.ts';
import { type CopiedApp, configAt, copyApp, type EnvironmentConfig } from './config.ts';
import { type GenerationOptions, inMemory, openNewestGeneration } from './open-generation.ts';
import { addTail } from './open-storage.ts';

/** A finished, verified backup. */
export interface BackupReport {
  readonly file: string;
  readonly bytes: number;
  /** The last position that it holds. */
  readonly position: number;
}

/** How a copy is verified. */
export interface Verifying {
  readonly turns: LoopTurns;
  readonly onProgress?: Progress | undefined;
}

/** The source of a backup: the storage of the environment in a directory. */
interface BackupSource {
  readonly dir: string;
  readonly storage: Storage;
}

/** Row of a backup in one file: what `config.json` is in a directory. Paths are relative to where the file is. */
const configRow = 'config';

/**
 * Copies an environment while it is used: into a directory, which is an environment itself, or into one file (a name
 * with an extension). The copy is one consistent snapshot, synced, and its whole chain is verified before this resolves.
 * It names the app of the environment; leases do not travel. A directory has its attachments too, a file has none.
 *
 * Errors: BACKUP_EXISTS; BACKUP_INVALID when the copy is not correct; STORAGE_FAILED.
 */
export async function backup(
  { dir, storage }: BackupSource,
  target: string,
  { turns, onProgress }: Verifying,
): Promise<BackupReport> {
  const asFile = extname(target) !== '';
  if (existsSync(target) && (asFile || !statSync(target).isDirectory() || !isVacant(target))) {
    throw existing(target);
  }
  // Under its own name only once it is verified: what looks like a backup is one.
  const place = asFile ? dirname(resolve(target)) : target;
  const build = newBuildDir(place, asFile ? prepareBeside(place) : prepareDir(place));
  try {
    const copy = join(build, 'data.mdb');
    await copyAndMark(storage, copy, asFile ? configAt(place, dir) : undefined);
    const position = await verifyCopy(copy, { turns, onProgress });
    const { size } = statSync(copy);
    if (asFile) {
      // Another backup may have taken the name since.
      if (!giveNewName(copy, target)) throw existing(target);
    } else {
      // Before it is an environment that decides: it has its rules from the start.
      copyApp(target, configAt(target, dir), { dir: target, build });
      copyAttachments(dir, target);
      publishBuild(build, target, 1);
      nameFirst(target, 1);
    }
    return { file: target, bytes: size, position };
  } finally {
    removeBuild(build);
  }
}

/**
 * Copies the tables, and what a journal holds beside them. Two copies that both go on look healthy each: so that a copy can say
 * that it is one, it says where it was made.
 */
async function copyAndMark(storage: Storage, file: string, config?: EnvironmentConfig): Promise<void> {
  const { snapshot, release } = storage.pin();
  try {
    await storage.backup(file);
    const copy = openLmdbStorage({ dir: file, isFile: true });
    try {
      copy.transact((tx) => addTail(tx, snapshot));
      copy.transact((tx) => {
        writeFormat(tx, { ...readFormat(tx), copiedAt: readHead(tx).position });
        if (config) writeMeta(tx, configRow, config);
      });
    } finally {
      await copy.close();
    }
  } finally {
    release();
  }
}

/** The directory that a file is made in; whether it was made for that. */
function prepareBeside(dir: string): boolean {
  const isNew = !existsSync(dir);
  makeDir(dir);
  removeUnfinished(dir);
  return isNew;
}

function existing(target: string): TxlogError {
  return new TxlogError('BACKUP_EXISTS', `${target} exists already; a backup never overwrites anything`);
}

/** Whether a directory holds nothing, or only what a backup left that died: an environment has more than attachments. */
function isVacant(dir: string): boolean {
  return readdirSync(dir).every((name) => isLitter(name) || name === attachmentsDir);
}

async function verifyCopy(file: string, { turns, onProgress }: Verifying): Promise<number> {
  const copy = openLmdbStorage({ dir: file, isFile: true, readOnly: true });
  try {
    const log = new AuditLog();
    const raw = readRaw(copy, turns);
    const head = await raw.read(({ head }) => head);
    const records = await verifyChain(raw, head, { log, onProgress });
    const report = log.report(records, head);
    const [problem] = report.problems;
    if (problem)
      throw new TxlogError('BACKUP_INVALID', `the copy is not correct: ${problem.place}: ${problem.reason}`, {
        next: ['txlog verify'],
      });
    return head.position;
  } finally {
    await copy.close();
    // Opening one file leaves a lock file beside it.
    rmSync(`${file}-lock`, { force: true });
  }
}

/** An environment that was made from a backup; `app` where the backup names one. */
export interface RestoredBackup {
  readonly position: number;
  readonly app?: CopiedApp;
}

/**
 * Makes an environment in `dir` from a backup file or directory. It remembers the app that the backup names, also when
 * that is not there: then requests that need it are refused.
 *
 * Errors: ENV_EXISTS, BACKUP_INVALID.
 */
export async function restoreInTurns(from: string, dir: string, turns: LoopTurns): Promise<RestoredBackup> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await restoreOnce(from, dir, turns);
    } catch (error) {
      // A rebuild of the source came in between.
      if (!(error instanceof TxlogError) || error.code !== 'ENV_MOVED' || attempt === restoresMax) throw error;
    }
  }
}

async function restoreOnce(from: string, dir: string, turns: LoopTurns): Promise<RestoredBackup> {
  if (dir === inMemory) throw new TxlogError('USAGE', 'a backup is restored into a directory');
  if (readCurrent(dir) !== undefined) throw new TxlogError('ENV_EXISTS', `there is an environment in ${dir} already`);
  const source = await openSource(from);
  try {
    // Through LMDB and not the file system: the source may be an environment in use.
    const config = source.read((snapshot) => {
      readFormat(snapshot);
      return readMeta<EnvironmentConfig>(snapshot, configRow) ?? {};
    });
    const isFile = !statSync(from).isDirectory();
    const place = isFile ? dirname(resolve(from)) : from;
    const build = newBuildDir(dir, prepareDir(dir));
    try {
      await copyAndMark(source, join(build, 'data.mdb'));
      const position = await verifyCopy(join(build, 'data.mdb'), { turns });
      const app = copyApp(place, isFile ? config : configAt(place, from), { dir, build });
      if (!isFile) copyAttachments(from, dir);
      // Refused when someone else made an environment here meanwhile.
      publishBuild(build, dir, 1);
      nameFirst(dir, 1);
      return { position, ...given({ app }) };
    } finally {
      removeBuild(build);
    }
  } finally {
    await source.close();
    if (!statSync(from).isDirectory()) rmSync(`${from}-lock`, { force: true });
  }
}

/** Each attempt that fails is a rebuild of the source that was published. */
const restoresMax = 50;

function forReading(dir: string): GenerationOptions {
  return { dir, readOnly: true, create: false, mapBytes: undefined, reserveBytes: undefined, journal: false };
}

function isOfMachine(error: unknown): boolean {
  return error instanceof TxlogError && (error.code === 'STORAGE_FULL' || classOf(error.code) === 'limited');
}

async function openSource(from: string): Promise<Storage> {
  if (!existsSync(from)) throw new TxlogError('INPUT_NOT_FOUND', `there is no backup ${from}`);
  try {
    if (!statSync(from).isDirectory()) return openLmdbStorage({ dir: from, isFile: true, readOnly: true });
    if (readCurrent(from) !== undefined) return (await openNewestGeneration(forReading(from))).storage;
  } catch (cause) {
    // A disk without room, or a process without descriptors, says nothing of the backup.
    if (isOfMachine(cause)) throw cause;
    throw new TxlogError('BACKUP_INVALID', `${from} is not a backup: ${(cause as Error).message}`, { cause });
  }
  throw new TxlogError('BACKUP_INVALID', `${from} is not a backup: it holds no environment`);
}
