// Goal: an environment that another version of LMDB's package made is refused, and nothing is changed in it. Method: its
// format row is rewritten behind the engine's back.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openEnvironment } from '../../src/index.ts';
import { readFormat, writeFormat } from '../../src/layout/meta.ts';
import { openLmdbStorage } from '../../src/storage/lmdb/lmdb-storage.ts';

const dir = mkdtempSync(join(tmpdir(), 'txlog-format-'));
beforeAll(async () => (await openEnvironment(dir, { create: true })).close());
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Changes what the environment says of the package that made it; gives what it said before. */
async function madeWith(storage: string): Promise<string> {
  const raw = openLmdbStorage({ dir: join(dir, 'g1') });
  const before = await raw.write((tx) => {
    const format = readFormat(tx);
    writeFormat(tx, { ...format, storage });
    return format.storage;
  });
  await raw.close();
  return before;
}

it.each([
  ['a later version', 'lmdb 3.50', 'ENV_NEWER'],
  ['an earlier version', 'lmdb 2.9', 'ENV_FOREIGN'],
  ['another package', 'mdb', 'ENV_FOREIGN'],
])(
  'an environment that was written with %s of the storage is refused, for reading and for writing',
  async (_, storage, code) => {
    const before = await madeWith(storage);
    const refused = { code, message: expect.stringContaining(`"${storage}", this txlog has ${before}`) };
    await expect(openEnvironment(dir)).rejects.toMatchObject(refused);
    await expect(openEnvironment(dir, { readOnly: true })).rejects.toMatchObject(refused);
    expect(await madeWith(before)).toBe(storage);
    await (await openEnvironment(dir)).close();
  },
);

it('an environment keeps the version of lmdb that is installed', async () => {
  const lmdb = dirname(createRequire(import.meta.url).resolve('lmdb'));
  const { version } = JSON.parse(readFileSync(join(lmdb, '..', 'package.json'), 'utf8')) as { version: string };
  const env = await openEnvironment(dir);
  expect(env.handle.format.storage).toBe(`lmdb ${version.replace(/\.[0-9]+$/, '')}`);
  await env.close();
});
