import { accessSync, constants, existsSync, readdirSync, type StatsFs, statfsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import prettyBytes from 'pretty-bytes';
import { freeBytesOf } from '../../core/base/free-space.ts';
import { systemReason } from '../../core/base/system-error.ts';
import { widerRights } from '../../machine/file-rights.ts';
import type { Finding } from '../../shapes/finding.ts';
import { printable } from '../../text/printable.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { failedCheck, fine, warning } from './finding.ts';

/** Free bytes below which the engine refuses to write. */
const reserveBytes = 32 * 1024 * 1024;
const comfortableBytes = 1024 * 1024 * 1024;

/** File systems on which the locks or the memory map of LMDB do not hold, by statfs type. */
const foreign: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x0bd00bd0, 'Lustre'],
  [0x65735546, 'FUSE'],
]);
const volatile: ReadonlyMap<number, string> = new Map([
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
]);

/** Where the environment is or would be: permissions, room, file system. */
export function* examineDisk(dir: string): Iterable<Finding> {
  const place = nearestExisting(resolve(dir));
  yield permissions(place, dir);
  if (existsSync(join(dir, 'current'))) yield rights(resolve(dir));
  let stats: StatsFs;
  try {
    stats = statfsSync(place);
  } catch (error) {
    yield warning('file system', `its kind and its free space cannot be read: ${systemReason(error)}`);
    return;
  }
  yield freeSpace(freeBytesOf(stats), place);
  yield fileSystem(stats.type);
}

/** Whether there is room to write. `bytes` is undefined when the file system does not know. */
export function freeSpace(bytes: number | undefined, place: string): Finding {
  if (bytes === undefined) return fine('space', 'the file system does not say how much is free');
  const text = `${prettyBytes(bytes)} free`;
  const next = `df -h ${shellQuote(place)}`;
  if (bytes < reserveBytes)
    return failedCheck('space', `${text}; below ${prettyBytes(reserveBytes)} nothing is written`, next);
  if (bytes < comfortableBytes) return warning('space', `${text}; a replay or a backup may not fit`, next);
  return fine('space', text);
}

/** Whether a file system keeps what it says it keeps. `type` is that of statfs. */
export function fileSystem(type: number): Finding {
  const remote = foreign.get(type);
  if (remote !== undefined) {
    return warning(
      'file system',
      `${remote}: locks and memory maps of LMDB need a local disk; use one process at most`,
    );
  }
  const memory = volatile.get(type);
  if (memory !== undefined) return warning('file system', `${memory}: what is written there is gone after a restart`);
  return fine('file system', `local, type 0x${type.toString(16)}`);
}

function permissions(place: string, dir: string): Finding {
  const isWritable = may(place, constants.W_OK | constants.R_OK | constants.X_OK);
  const name = printable(place);
  if (isWritable) return fine('permissions', `${name} may be read and written`);
  const next = `ls -ld ${shellQuote(place)}`;
  if (!existsSync(dir)) return failedCheck('permissions', `nothing may be made in ${name}`, next);
  if (may(place, constants.R_OK | constants.X_OK)) return warning('permissions', `${name} may only be read`, next);
  return failedCheck('permissions', `${name} may not be read`, next);
}

/** Whether anyone but the owner may read or write what the environment holds. */
export function rights(dir: string): Finding {
  const top = widerRights(dir);
  // Behind a directory that is closed to others, nothing is open.
  const wide = top === undefined ? [] : filesBelow(dir).flatMap((path) => widerRights(path) ?? []);
  if (top === undefined) return fine('rights', 'only the owner may read or write it');
  const what = [top, ...wide].includes('write') ? 'write' : 'read';
  const text = `others may ${what} ${wide.length + 1} of its directories and files; whoever may write them owns the log`;
  return warning('rights', text, `chmod -R go-rwx ${shellQuote(dir)}`);
}

/** Generations, and what is in them. */
function filesBelow(dir: string): string[] {
  const below = (path: string) => {
    try {
      return readdirSync(path, { withFileTypes: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      return [];
    }
  };
  return below(dir).flatMap((entry) => {
    const path = join(dir, entry.name);
    return [path, ...(entry.isDirectory() ? below(path).map(({ name }) => join(path, name)) : [])];
  });
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return false;
  }
}

function nearestExisting(path: string): string {
  if (existsSync(path)) return statSync(path).isDirectory() ? path : dirname(path);
  return nearestExisting(dirname(path));
}
