import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { AuditLog } from '../audit/report.ts';
import { verifyChain } from '../audit/verify-chain.ts';
import { TxlogError } from '../core/base/errors.ts';
import { Catalog } from '../layout/catalog.ts';
import { readFormat } from '../layout/meta.ts';
import type { Storage } from '../ports/storage.ts';
import {
  generationDir,
  makeDir,
  newBuildDir,
  publishBuild,
  readCurrent,
  removeBuild,
  removeUnfinished,
  writeCurrent,
} from '../storage/lmdb/generation.ts';
import { openLmdbStorage } from '../storage/lmdb/storage.ts';
import type { Progress } from '../view/reader.ts';
import { View } from '../view/view.ts';
import { inMemory } from './open-generation.ts';

/** A finished, verified backup. */
export interface BackupReport {
  readonly file: string;
  readonly bytes: number;
  /** The last position that it holds. */
  readonly position: number;
}

/**
 * Copies an environment while it is used: into a directory, which is an environment itself, or into one file (a name
 * with an extension). The copy is one consistent snapshot, synced, and its whole chain is verified before this resolves.
 *
 * Errors: BACKUP_EXISTS; BACKUP_INVALID when the copy does not verify; STORAGE_FAILED.
 */
export async function backup(storage: Storage, target: string, onProgress?: Progress): Promise<BackupReport> {
  const asFile = extname(target) !== '';
  if (existsSync(target) && (asFile || !statSync(target).isDirectory() || readdirSync(target).length > 0)) {
    throw new TxlogError('BACKUP_EXISTS', `${target} exists already; a backup overwrites nothing`);
  }
  // Under its own name only once it is verified: what looks like a backup is one.
  const build = openBuild(asFile ? dirname(resolve(target)) : target);
  try {
    const copy = join(build, 'data.mdb');
    await storage.backup(copy);
    const position = await verifyCopy(copy, onProgress);
    const { size } = statSync(copy);
    if (asFile) {
      renameSync(copy, target);
    } else {
      publishBuild(build, target, 1);
      writeCurrent(target, 1);
    }
    return { file: target, bytes: size, position };
  } finally {
    removeBuild(build);
  }
}

function openBuild(dir: string): string {
  makeDir(dir);
  removeUnfinished(dir);
  const build = newBuildDir(dir);
  makeDir(build);
  return build;
}

async function verifyCopy(file: string, onProgress?: Progress): Promise<number> {
  const copy = openLmdbStorage({ dir: file, isFile: true, readOnly: true });
  try {
    const view = new View(new Catalog());
    const log = new AuditLog();
    const read = async <T>(work: (view: View, snapshot: Parameters<Parameters<Storage['read']>[0]>[0]) => T) =>
      copy.read((snapshot) => {
        view.catchUp(snapshot);
        return work(view, snapshot);
      });
    const head = await read((current) => current.head);
    const records = await verifyChain({ read }, head, log, onProgress);
    const report = log.report(records, head);
    const [problem] = report.problems;
    if (problem)
      throw new TxlogError('BACKUP_INVALID', `the copy does not verify: ${problem.place}: ${problem.reason}`, {
        next: ['txlog verify'],
      });
    return head.position;
  } finally {
    await copy.close();
    // Opening one file leaves a lock file beside it.
    rmSync(`${file}-lock`, { force: true });
  }
}

/**
 * Makes an environment in `dir` from a backup file or directory.
 *
 * Errors: ENV_EXISTS, BACKUP_INVALID.
 */
export async function restore(from: string, dir: string): Promise<{ readonly position: number }> {
  if (dir === inMemory) throw new TxlogError('USAGE', 'a backup is restored into a directory');
  if (readCurrent(dir) !== undefined) throw new TxlogError('ENV_EXISTS', `there is an environment in ${dir} already`);
  const source = openSource(from);
  try {
    // Through LMDB and not the file system: the source may be an environment in use.
    source.read((snapshot) => readFormat(snapshot));
    const build = openBuild(dir);
    try {
      await source.backup(join(build, 'data.mdb'));
      const position = await verifyCopy(join(build, 'data.mdb'));
      // Refused when someone else made an environment here meanwhile.
      publishBuild(build, dir, 1);
      writeCurrent(dir, 1);
      return { position };
    } finally {
      removeBuild(build);
    }
  } finally {
    await source.close();
    if (!statSync(from).isDirectory()) rmSync(`${from}-lock`, { force: true });
  }
}

function openSource(from: string): Storage {
  if (!existsSync(from)) throw new TxlogError('INPUT_NOT_FOUND', `there is no backup ${from}`);
  try {
    if (!statSync(from).isDirectory()) return openLmdbStorage({ dir: from, isFile: true, readOnly: true });
    const generation = readCurrent(from);
    if (generation !== undefined) return openLmdbStorage({ dir: generationDir(from, generation), readOnly: true });
  } catch (cause) {
    throw new TxlogError('BACKUP_INVALID', `${from} is not a backup: ${(cause as Error).message}`, { cause });
  }
  throw new TxlogError('BACKUP_INVALID', `${from} is not a backup: it holds no environment`);
}
