import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  truncateSync,
  utimesSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { v4 as randomId } from 'uuid';
import { TxlogError } from '../../core/base/errors.ts';
import { limits } from '../../core/base/limits.ts';
import { systemCode, systemReason } from '../../core/base/system-error.ts';
import { type Attachment, isDigest } from '../../core/log/attachment.ts';
import { rightsIn } from '../../machine/file-rights.ts';
import { hasEnded, type ProcessName, readDigits, thisProcess, toDigits } from '../../machine/process-name.ts';
import type { AttachmentPart, AttachmentStore, ByteRange } from '../../ports/attachment-store.ts';
import { openPart } from './attachment-part.ts';
import { giveBack, isDone } from './give-back.ts';
import { refuseLittleRoom } from './little-room.ts';
import { makeShared } from './make-shared.ts';
import { readPieces } from './read-pieces.ts';

/**
 * Attachments as files: `attachments/ab/` and the digest, in the directory of an environment. What is still to come is in
 * `attachments/parts/`, under its name; while a process writes to it, under that and the name of the process.
 *
 * Errors: STORAGE_FULL, STORAGE_FAILED.
 */
export function fileAttachments(dir: string, readOnly: boolean, reserveBytes?: number): AttachmentStore {
  return new FileAttachments(join(dir, attachmentsDir), { readOnly, reserveBytes });
}

/** Name of the directory of attachments. */
export const attachmentsDir = 'attachments';
const partsDir = 'parts';

class FileAttachments implements AttachmentStore {
  private readonly root: string;
  private readonly readOnly: boolean;
  private readonly reserveBytes: number | undefined;
  /** When this process looked last: no second look so soon. In ms since 1970, by the clock of the file system. */
  private readonly used = new Map<string, number>();

  constructor(
    root: string,
    { readOnly, reserveBytes }: { readonly readOnly: boolean; readonly reserveBytes: number | undefined },
  ) {
    this.root = root;
    this.readOnly = readOnly;
    this.reserveBytes = reserveBytes;
  }

  has(digest: string): boolean {
    if (!isDigest(digest) || !this.stats(digest)) return false;
    if (this.readOnly) return true;
    // A clearing may have set it aside just now, and gives it back once it sees that it was used.
    return attempt(
      'cannot use attachment',
      digest,
      () => this.use(digest) || (this.stats(digest) !== undefined && this.use(digest)),
    );
  }

  find(digest: string): Attachment | undefined {
    const stats = isDigest(digest) ? this.stats(digest) : undefined;
    return stats && { digest, bytes: stats.size, time: stats.mtimeMs };
  }

  async *read(digest: string, range: ByteRange): AsyncGenerator<Uint8Array> {
    const handle = await attemptAsync('cannot read attachment', digest, () => open(this.fileOf(digest)));
    try {
      yield* readPieces(handle, range);
    } catch (cause) {
      throw failed('cannot read attachment', digest, cause);
    } finally {
      await handle.close();
    }
  }

  async *list(): AsyncGenerator<Attachment> {
    for (const shelf of namesIn(this.root)) {
      if (!/^[0-9a-f]{2}$/.test(shelf)) continue;
      const names = namesIn(join(this.root, shelf)).map((name) => name.slice(0, digestLength));
      for (const digest of new Set(names)) {
        const found = this.find(digest);
        if (found) yield found;
      }
    }
  }

  partBytes(name: string): number {
    const stats = statSync(join(this.root, partsDir, name), { throwIfNoEntry: false });
    const left = this.abandoned(name).map((file) => sizeOf(file));
    return Math.max(stats?.size ?? 0, ...left);
  }

  partHolders(name: string): number {
    const others = namesIn(join(this.root, partsDir)).filter((each) => each.startsWith(`${name}.`));
    return others.filter((each) => {
      const owner = ownerOf(each);
      return owner !== undefined && !isGone(owner);
    }).length;
  }

  async begin(name: string | undefined): Promise<AttachmentPart> {
    const parts = join(this.root, partsDir);
    return attemptAsync('cannot write', parts, async () => {
      this.makeDir(parts);
      // The name of the process says to others whether it is still written; the rest, which of its writers does so.
      const file = join(parts, `${name ?? 'new'}.${toDigits(thisProcess())}.${randomId()}`);
      if (name !== undefined) this.takeOver(name, file);
      const release = () =>
        name === undefined ? rmSync(file, { force: true }) : this.release(file, join(parts, name));
      return openPart(file, rightsIn(parts).file, {
        write: (run) =>
          attemptAsync('cannot write', parts, async () => {
            refuseLittleRoom(parts, this.reserveBytes);
            await run();
          }),
        publish: (from, digest) => attempt('cannot keep attachment', digest, () => this.publish(from, digest)),
        release,
        discard: (from) => rmSync(from, { force: true }),
      }).catch((error) => {
        release();
        throw error;
      });
    });
  }

  remove(digest: string, unusedSince: number): boolean {
    const file = this.fileOf(digest);
    const aside = `${file}.${randomId()}`;
    return attempt('cannot remove attachment', digest, () => {
      if (!isOlder(file, unusedSince)) return false;
      // Out of sight first: who looked at it in between has used it, and gets it back; also when this process dies here.
      if (!isDone(() => renameSync(file, aside))) return false;
      if (isOlder(aside, unusedSince)) return isDone(() => rmSync(aside));
      giveBack(aside, file);
      return false;
    });
  }

  async removeParts(unusedSince: number, dryRun: boolean, prefix = ''): Promise<number> {
    const parts = join(this.root, partsDir);
    let bytes = 0;
    for (const name of namesIn(parts).filter((each) => each.startsWith(prefix))) {
      const file = join(parts, name);
      const owner = ownerOf(name);
      if (!isOlder(file, unusedSince) || (owner && !isGone(owner))) continue;
      bytes += Math.max(0, sizeOf(file));
      if (!dryRun) rmSync(file, { force: true });
    }
    return prefix === '' ? bytes + this.removeSetAside(unusedSince, dryRun) : bytes;
  }

  /** Those that a clearing had set aside when it died, and that have come again since. */
  private removeSetAside(unusedSince: number, dryRun: boolean): number {
    let bytes = 0;
    for (const shelf of namesIn(this.root).filter((name) => name !== partsDir)) {
      for (const name of namesIn(join(this.root, shelf)).filter((each) => each.length > digestLength)) {
        const file = join(this.root, shelf, name);
        if (!isOlder(file, unusedSince) || !this.find(name.slice(0, digestLength))) continue;
        bytes += Math.max(0, sizeOf(file));
        if (!dryRun) rmSync(file, { force: true });
      }
    }
    return bytes;
  }

  private fileOf(digest: string): string {
    return join(this.root, digest.slice(0, 2), digest);
  }

  private stats(digest: string): Stats | undefined {
    const file = this.fileOf(digest);
    const found = statSync(file, { throwIfNoEntry: false });
    if (found || this.readOnly) return found;
    const set = namesIn(dirname(file)).filter((name) => name.startsWith(`${digest}.`));
    if (set.length === 0) return undefined;
    for (const name of set) attempt('cannot give back', digest, () => giveBack(join(dirname(file), name), file));
    return statSync(file, { throwIfNoEntry: false });
  }

  /** Marks it as used; and, at the first time in this process, makes sure that a power cut leaves it here. */
  private use(digest: string): boolean {
    const now = Date.now();
    const last = this.used.get(digest);
    if (last !== undefined && now - last < limits.attachmentUseMs) return true;
    const file = this.fileOf(digest);
    const isHere = isDone(() => {
      setUsed(file, now);
      if (last === undefined) for (const path of [file, dirname(file), this.root]) flushPath(path);
    });
    if (!isHere) return false;
    if (this.used.size > usedMax) this.used.clear();
    this.used.set(digest, now);
    return true;
  }

  private publish(from: string, digest: string): boolean {
    const file = this.fileOf(digest);
    this.makeDir(dirname(file));
    const isNew = !existsSync(file);
    // Over one that is there as well: what comes is proved to be whole, and the other may have been damaged.
    renameSync(from, file);
    flushPath(dirname(file));
    flushPath(this.root);
    this.use(digest);
    return isNew;
  }

  /** Goes on with what was left under a name, if anything was. */
  private takeOver(name: string, file: string): void {
    const parts = join(this.root, partsDir);
    const left = [join(parts, name), ...this.abandoned(name)].filter((path) => existsSync(path));
    const [largest, ...others] = left.sort((a, b) => sizeOf(b) - sizeOf(a));
    if (largest === undefined) return;
    try {
      renameSync(largest, file);
      for (const other of others) rmSync(other, { force: true });
    } catch (error) {
      // Another one was faster, and goes on with it.
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  }

  /** Files of a part whose writers have died. */
  private abandoned(name: string): string[] {
    const parts = join(this.root, partsDir);
    return namesIn(parts).flatMap((each) => {
      const owner = each.startsWith(`${name}.`) ? ownerOf(each) : undefined;
      return owner && isGone(owner) ? [join(parts, each)] : [];
    });
  }

  private release(from: string, to: string): void {
    // The longer one stays; one without bytes is none; and one that came under its digest before a flush failed is gone.
    const bytes = sizeOf(from);
    if (bytes <= 0 || sizeOf(to) > bytes) rmSync(from, { force: true });
    else isDone(() => renameSync(from, to));
  }

  /** With the rights of the environment, whatever the umask: those who share it put and use attachments of each other. */
  private makeDir(path: string): void {
    for (const dir of [this.root, path]) makeShared(dir);
  }
}

/** Digests that a process remembers to have looked at. */
const usedMax = 10_000;
/** A name that was set aside has more behind it. */
const digestLength = 64;

function isGone(owner: ProcessName): boolean {
  // Digits keep less of a name: only names that went through them can be compared.
  const here = readDigits(toDigits(thisProcess()));
  return here !== undefined && hasEnded(owner, here);
}

function ownerOf(name: string): ProcessName | undefined {
  const [, digits = ''] = /\.([\d-]+)\.[0-9a-f-]{36}$/.exec(name) ?? [];
  return readDigits(digits);
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir).sort();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw failed('cannot read', dir, error);
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? -1;
}

function isOlder(file: string, time: number): boolean {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats !== undefined && stats.mtimeMs < time;
}

/** Sets the time of a file. The system lets only its owner do so; who may write it has it set by a length that it has. */
function setUsed(file: string, now: number): void {
  try {
    utimesSync(file, now / 1_000, now / 1_000);
  } catch (error) {
    if (systemCode(error) !== 'EPERM') throw error;
    truncateSync(file, statSync(file).size);
  }
}

/** Makes a file, or the names in a directory, durable. */
export function flushPath(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function attempt<T>(what: string, name: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw failed(what, name, cause);
  }
}

async function attemptAsync<T>(what: string, name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    throw failed(what, name, cause);
  }
}

function failed(what: string, name: string, cause: unknown): TxlogError {
  if (cause instanceof TxlogError) return cause;
  const isFull = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(systemCode(cause) ?? '');
  return new TxlogError(isFull ? 'STORAGE_FULL' : 'STORAGE_FAILED', `${what} ${name}: ${systemReason(cause)}`, {
    cause,
  });
}
