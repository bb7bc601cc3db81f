// Goal: the LMDB backend keeps the promises of the Storage port. Method: the suite that every backend runs.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { openJournaledStorage } from '../../src/storage/journal/journaled-storage.ts';
import { makeJournal, openJournalFiles } from '../../src/storage/journal/make-journal.ts';
import { journalGateName, openGate } from '../../src/storage/lmdb/gate.ts';
import { openLmdbStorage } from '../../src/storage/lmdb/lmdb-storage.ts';
import { renamedTables } from './renamed-tables.ts';
import { storageContract } from './storage.ts';

storageContract('lmdb', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'txlog-contract-'));
  return {
    open: (options) => openLmdbStorage({ dir: join(dir, 'env'), readOnly: options?.readOnly ?? false }),
    backup: {
      file: join(dir, 'copy.mdb'),
      open(file) {
        mkdirSync(join(dir, 'restored'));
        copyFileSync(file, join(dir, 'restored', 'data.mdb'));
        return openLmdbStorage({ dir: join(dir, 'restored') });
      },
    },
    async dispose() {
      rmSync(dir, { recursive: true, force: true });
    },
  };
});

/** With a journal of so many bytes. */
const journaled = async (room: number) => {
  const dir = mkdtempSync(join(tmpdir(), 'txlog-contract-'));
  const env = join(dir, 'env');
  return {
    ownTable: 'meta' as const,
    open(options?: { readonly readOnly?: boolean }) {
      const readOnly = options?.readOnly ?? false;
      const tables = openLmdbStorage({ dir: env, readOnly });
      if (!readOnly) makeJournal(env, tables, room);
      return openJournaledStorage(
        tables,
        openJournalFiles(env, { readOnly, openLock: () => openGate(env, journalGateName), refuseWhenFull() {} }),
      );
    },
    backup: {
      file: join(dir, 'copy.mdb'),
      open(file: string) {
        mkdirSync(join(dir, 'restored'));
        copyFileSync(file, join(dir, 'restored', 'data.mdb'));
        return openLmdbStorage({ dir: join(dir, 'restored') });
      },
    },
    async dispose() {
      rmSync(dir, { recursive: true, force: true });
    },
  };
};

// The suite writes its rows into `states`, which is no table of a tail.
const inTail = { states: 'cursors', cursors: 'states', postings: 'types', types: 'postings' } as const;

describe('with a journal', () => {
  storageContract('rows that checkpoints write', () => journaled(64 * 1024));
});
describe.each([64 * 1024, 200, 1_000])('with a journal of %d bytes', (room) => {
  storageContract('rows of the tail', async () => {
    const subject = await journaled(room);
    const { open, backup } = subject;
    return {
      ...subject,
      open: (options) => renamedTables(open(options), inTail),
      backup: { ...backup, open: (file) => renamedTables(backup.open(file), inTail) },
    };
  });
});
