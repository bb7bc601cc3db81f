import { chmodSync, lstatSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Mode bits of what is made: of directories, and of files. */
export interface Rights {
  readonly dir: number;
  readonly file: number;
}

/** Nobody but the owner. */
export const ownerOnly: Rights = { dir: 0o700, file: 0o600 };

const groupOrOthers = 0o077;
const groupOrOthersWrite = 0o022;
const groupWrite = 0o020;
const othersWrite = 0o002;
const stickyBit = 0o1000;
const setGroupBit = 0o2000;

/**
 * What is made in a directory gets the rights of the directory, so that who shares it with a group shares all of it,
 * whatever the umask of each process; others never get to write.
 */
export function rightsIn(dir: string): Rights {
  const bits = statSync(dir).mode & 0o777 & ~othersWrite;
  return { dir: bits | ownerOnly.dir, file: (bits & 0o666) | ownerOnly.file };
}

/** Gives a path just these mode bits, unless it has them or belongs to someone else. */
export function setRights(path: string, bits: number): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || (found.mode & 0o777) === bits || !isOwn(found.uid)) return;
  chmodSync(path, bits | (found.mode & setGroupBit));
}

/**
 * Takes the rights of all but the owner from a directory that is about to hold data. One that belongs to someone else,
 * or that hands its group on (set-group-ID), was set up by hand and is left as it is.
 */
export function makePrivate(dir: string): void {
  const { mode, uid } = statSync(dir);
  if (isOwn(uid) && (mode & setGroupBit) === 0) setRights(dir, ownerOnly.dir);
}

/** Finds who else than the owner may do something with a path; undefined when nobody may, or it is gone. */
export function widerRights(path: string): 'read' | 'write' | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found || found.isSymbolicLink() || (found.mode & groupOrOthers) === 0) return undefined;
  return (found.mode & groupOrOthersWrite) === 0 ? 'read' : 'write';
}

/** The owner of a file, and who may do what with it. */
interface Ownership {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** The user who runs this process. A system without users, such as Windows, has one. */
interface Runner {
  readonly uid: number | undefined;
  /** The user who called `sudo`, as it says. */
  readonly sudoUid?: string | undefined;
}

/** Why what stands in a file may be another user's word; undefined when only this user, or root, can have written it. */
export function findDistrust(path: string): string | undefined {
  const runner = { uid: process.geteuid?.(), sudoUid: process.env.SUDO_UID };
  // A link of another user's leads where that user wants.
  const link = lstatSync(path);
  const isForeignLink = link.isSymbolicLink() && !isTrusted(link.uid, runner);
  return isForeignLink ? `it is a link of user ${link.uid}` : distrustOf(statSync(path), runner);
}

/** As `findDistrust`. `sudo` counts as the user who called it. */
export function distrustOf({ uid, gid, mode }: Ownership, runner: Runner): string | undefined {
  if (!isTrusted(uid, runner)) return `it belongs to user ${uid}`;
  if ((mode & stickyBit) !== 0) return undefined;
  if ((mode & othersWrite) !== 0) return 'every user may write it';
  // Many systems give each user a group of the same number: what it may write is still private.
  return (mode & groupWrite) !== 0 && gid !== uid && gid !== 0 ? `group ${gid} may write it` : undefined;
}

function isTrusted(uid: number, runner: Runner): boolean {
  if (runner.uid === undefined || uid === runner.uid || uid === 0) return true;
  return runner.uid === 0 && String(uid) === runner.sudoUid;
}

/** Whether a directory is closed to all others, and nobody else can put another in its place. */
export function isPrivateDir(dir: string): boolean {
  const found = lstatSync(dir);
  if (!found.isDirectory() || !isOwn(found.uid) || (found.mode & groupOrOthers) !== 0) return false;
  for (let above = dirname(dir); ; above = dirname(above)) {
    if (findDistrust(above) !== undefined) return false;
    if (above === dirname(above)) return true;
  }
}

/** Systems without users (Windows) have one. */
function isOwn(uid: number): boolean {
  return process.geteuid === undefined || uid === process.geteuid();
}
