// Goal: the LMDB backend keeps the promises of the Storage port. Method: the suite that every backend runs.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbStorage } from '../../src/storage/lmdb/lmdb-storage.ts';
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
