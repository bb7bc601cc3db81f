import { closeSync, existsSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rightsIn, setRights } from '../../machine/file-rights.ts';
import type { LockableStorage } from '../../ports/storage.ts';
import { digestBytes, seedOf } from './entry.ts';
import type { JournalFiles } from './journal.ts';
import { watchFile } from '../watch-file.ts';
import { openJournalFile } from './journal-file.ts';
import { markPut, readMark } from './mark.ts';
import { publishedBytes } from './published.ts';

/** Names of the files, in the directory of a generation. */
export const journalName = 'journal';
const publishedName = 'journal-head';
/** Bytes that are written and flushed when the journal is made, so that a later flush changes no metadata. */
export const journalBytes = 4 * 1024 * 1024;
const zerosBytes = 256 * 1024;

/** Whether the tables in `dir` are used with a journal. */
export function hasJournal(dir: string): boolean {
  return existsSync(join(dir, journalName));
}

/** Makes the journal of the tables in `dir`, unless there is one. Errors: those of the system and of the tables. */
export function makeJournal(dir: string, tables: LockableStorage, room: number = journalBytes): void {
  tables.lock(({ snapshot, commit }) => {
    if (hasJournal(dir)) return;
    makeFile(join(dir, publishedName), publishedBytes);
    const mark = readMark(snapshot) ?? { epoch: 0, sequence: 0, digest: Buffer.alloc(digestBytes) };
    const epoch = mark.epoch + 1;
    // First the mark: a journal without one would be taken for a damaged one.
    commit([markPut({ ...mark, epoch, digest: seedOf(mark.digest, epoch) })]);
    makeFile(join(dir, journalName), room);
  });
}

/** Opens the files. `boot` names this start of the machine. Errors: those of the system. */
export function openJournalFiles(dir: string, { readOnly, boot }: { readonly readOnly: boolean; readonly boot: string }): JournalFiles {
  const entries = openJournalFile(join(dir, journalName), { readOnly });
  try {
    const published = openJournalFile(join(dir, publishedName), { readOnly });
    return { entries, published, boot, watch: (changed) => watchFile(join(dir, publishedName), changed) };
  } catch (error) {
    entries.close();
    throw error;
  }
}

/** A file of zeros, durable, under its name only when it is whole. */
function makeFile(path: string, bytes: number): void {
  const fresh = `${path}-new`;
  const { file } = rightsIn(dirname(path));
  const handle = openSync(fresh, 'w', file);
  try {
    const zeros = Buffer.alloc(Math.min(bytes, zerosBytes));
    for (let at = 0; at < bytes; at += zeros.length) writeSync(handle, zeros, 0, Math.min(zeros.length, bytes - at), at);
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
