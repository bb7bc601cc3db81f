import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { privateCache } from '../../machine/private-cache.ts';

const digestBytes = 32;
const keptMs = 30 * 86_400_000;
/** All commands of one version need some 100 MB. */
const keptBytes = 128 * 1024 * 1024;

/**
 * Compiled code of one bundle as one command uses it, kept in a file that only this user can write. A file that is cut or
 * damaged counts as none: the engine of JavaScript would crash on it. File: code, SHA-256 of it.
 */
export class CodeCache {
  private readonly file: string | undefined;

  /** `key` tells the bundle's text and the engine apart from all others: V8 compares only the length of a text. */
  constructor(key: string) {
    const dir = privateCache('code');
    this.file = dir === undefined ? undefined : join(dir, key);
  }

  /** Whether anything can be kept. */
  get isThere(): boolean {
    return this.file !== undefined;
  }

  /** The compiled code; undefined when there is none that is whole. */
  read(): Buffer | undefined {
    const bytes = this.file === undefined ? undefined : quietly(() => readFileSync(this.file as string));
    if (bytes === undefined || bytes.length < digestBytes) return undefined;
    const code = bytes.subarray(0, bytes.length - digestBytes);
    return digestOf(code).equals(bytes.subarray(code.length)) ? code : undefined;
  }

  /** Keeps the code in place of what was there. A full or read-only disk keeps nothing, which costs only time. */
  write(code: Buffer): void {
    if (this.file === undefined) return;
    const part = `${this.file}.${randomBytes(8).toString('hex')}.part`;
    quietly(() => {
      writeFileSync(part, Buffer.concat([code, digestOf(code)]), { mode: 0o600, flag: 'wx' });
      renameSync(part, this.file as string);
    });
    quietly(() => rmSync(part, { force: true }));
    quietly(() => removeOld(dirname(this.file as string)));
  }
}

/** Removes code that was written long ago, and the oldest where there is too much: of versions that are gone, or else it is made again. */
function removeOld(dir: string): void {
  const oldest = Date.now() - keptMs;
  const files = readdirSync(dir).map((name) => {
    const path = join(dir, name);
    const { mtimeMs, size } = statSync(path);
    return { path, mtimeMs, size };
  });
  let bytes = 0;
  for (const { path, mtimeMs, size } of files.sort((a, b) => b.mtimeMs - a.mtimeMs)) {
    bytes += size;
    if (mtimeMs < oldest || bytes > keptBytes) rmSync(path, { force: true });
  }
}

function digestOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** Runs `work`; a refusal of the system counts as not there. */
function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}
