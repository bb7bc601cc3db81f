import { closeSync, existsSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assert } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { rightsIn, setRights } from '../../machine/file-rights.ts';
import { thisStart } from '../../machine/process-name.ts';
import { watchFile } from '../../machine/watch-file.ts';
import type { LockableStorage, Snapshot } from '../../ports/storage.ts';
import type { JournalFiles } from './journal.ts';
import { openJournalFile } from './journal-file.ts';
import { firstMark, markPut, readMark } from './mark.ts';
import { publishedBytes } from './published.ts';

/** Names of the files, in the directory of a generation. */
export const journalName = 'journal';
const publishedName = 'journal-head';
/** Bytes that are written and flushed when the journal is made, so that a later flush changes no metadata. */
export const journalBytes = 4 * 1024 * 1024;
const zerosBytes = 256 * 1024;

/**
 * Makes the journal of the tables in `dir`, unless they have one. A process that dies here leaves tables without a mark,
 * and the next one makes the files anew. Errors: those of the system and of the tables.
 */
export function makeJournal(dir: string, tables: LockableStorage, room: number = journalBytes): void {
  tables.lock(({ snapshot, commit }) => {
    if (readMark(snapshot)) return;
    makeFile(join(dir, journalName), room);
    makeFile(join(dir, publishedName), publishedBytes);
    commit([markPut(firstMark())]);
  });
}

/** Whether the newest part of these tables is in a journal. */
export const hasJournal = (snapshot: Snapshot): boolean => readMark(snapshot) !== undefined;

/** The lock of those who write the journal, beside that of its tables. */
export interface JournalLock {
  hold<T>(work: () => T): T;
  close(): void;
}

/** How a journal is opened; only who may write it needs its lock. */
export interface JournalOptions {
  readonly readOnly: boolean;
  openLock(): JournalLock;
  /** Errors: STORAGE_FULL, when the disk is too full for more. */
  refuseWhenFull(): void;
}

/** Opens the files. Errors: STORAGE_CORRUPT; those of the system. */
export function openJournalFiles(dir: string, { readOnly, openLock, refuseWhenFull }: JournalOptions): JournalFiles {
  const missing = [journalName, publishedName].find((name) => !existsSync(join(dir, name)));
  if (missing !== undefined) {
    throw new TxlogError('STORAGE_CORRUPT', `${join(dir, missing)} is gone: it held the newest records`, {
      hint: 'Acknowledged records may be missing: restore a backup.',
      next: ['txlog init NEW --from BACKUP'],
    });
  }
  const opened: { close(): void }[] = [];
  const opening = <T extends { close(): void }>(file: T): T => {
    opened.push(file);
    return file;
  };
  const close = () => opened.forEach((file) => void file.close());
  try {
    const lock = readOnly ? undefined : opening(openLock());
    const entries = opening(openJournalFile(join(dir, journalName), { readOnly }));
    const published = opening(openJournalFile(join(dir, publishedName), { readOnly }));
    return {
      entries,
      published,
      boot: thisStart(),
      lock(work) {
        assert(lock !== undefined, 'who may not write does not lock');
        return lock.hold(work);
      },
      requireRoom: nowAndThen(refuseWhenFull),
      watch: (changed) => watchFile(join(dir, publishedName), changed),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** The disk is looked at so often: what comes meanwhile is far less than what is kept free. */
const roomLookMs = 50;

function nowAndThen(look: () => void): () => void {
  let lookedAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (now - lookedAt < roomLookMs) return;
    look();
    lookedAt = now;
  };
}

/** A file of zeros, durable, under its name only when it is whole. */
function makeFile(path: string, bytes: number): void {
  const fresh = `${path}-new`;
  const { file } = rightsIn(dirname(path));
  const handle = openSync(fresh, 'w', file);
  try {
    const zeros = Buffer.alloc(Math.min(bytes, zerosBytes));
    for (let at = 0; at < bytes; at += zeros.length)
      writeSync(handle, zeros, 0, Math.min(zeros.length, bytes - at), at);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  setRights(fresh, file);
  renameSync(fresh, path);
  const dir = openSync(dirname(path), 'r');
  try {
    fsyncSync(dir);
  } finally {
    closeSync(dir);
  }
}
