import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEnvironment } from '../../src/engine.ts';
import { restore } from '../../src/index.ts';
import { emptyHead, formatVersion, writeFormat, writeHead } from '../../src/layout/meta.ts';
import { TypeRegistry } from '../../src/layout/type-registry.ts';
import { openLmdbStorage } from '../../src/storage/lmdb/lmdb-storage.ts';
import { openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { View } from '../../src/view/view.ts';

// Goal: codes of environments that are not what they should be come out as docs/errors.md says. Method: each state of
// the disk is made by hand, and opened.

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'txlog-codes-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('an environment', () => {
  it('that a later txlog wrote is refused with ENV_NEWER, and not changed', async () => {
    const path = join(dir, 'newer');
    await (await openEnvironment(path, { create: true })).close();
    const storage = openLmdbStorage({ dir: join(path, 'g1') });
    await storage.write((tx) => writeFormat(tx, { format: formatVersion + 1, unit: 'u', storage: 'lmdb 9' }));
    await storage.close();
    await expect(openEnvironment(path)).rejects.toMatchObject({ code: 'ENV_NEWER' });
    await expect(openEnvironment(path, { readOnly: true })).rejects.toMatchObject({ code: 'ENV_NEWER' });
  });

  it('that cannot be made below a file is refused with ENV_FOREIGN', async () => {
    writeFileSync(join(dir, 'file'), '');
    const made = openEnvironment(join(dir, 'file', 'env'), { create: true });
    await expect(made).rejects.toMatchObject({ code: 'ENV_FOREIGN' });
  });

  it('whose generation is over says ENV_MOVED to who still looks at it', async () => {
    const storage = openMemoryStorage();
    await storage.write((tx) => writeHead(tx, { ...emptyHead, moved: 2 }));
    const look = () => storage.read((snapshot) => new View(new TypeRegistry()).catchUp(snapshot));
    expect(look).toThrow(expect.objectContaining({ code: 'ENV_MOVED' }));
  });
});

it('what is no backup is not restored: BACKUP_INVALID', async () => {
  mkdirSync(join(dir, 'nothing'));
  const restored = restore(join(dir, 'nothing'), join(dir, 'restored'));
  await expect(restored).rejects.toMatchObject({ code: 'BACKUP_INVALID' });
});
