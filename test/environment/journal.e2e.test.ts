// Goal: an environment with a journal is an environment as any other, and what is in the journal alone is as safe as the rest.
// Method: writers that end without a checkpoint, so that their records are in the journal; then readers, copies, rebuilds and
// damage.
import { copyFileSync, cpSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { given } from '../../src/core/base/given.ts';
import { type Environment, openEnvironment, restore } from '../../src/index.ts';
import { openLmdbStorage } from '../../src/storage/lmdb/lmdb-storage.ts';
import { ScriptProcess } from '../processes/script-process.ts';

let place: string;
let dir: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'txlog-journal-'));
  dir = join(place, 'env');
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

/** An environment whose three records are in the journal alone, as if its writer had been killed. */
async function leaveInJournal(): Promise<void> {
  const working = join(place, 'working');
  const env = await openEnvironment(working, { create: true, journal: true });
  for (const id of ['r-1', 'r-2', 'r-3'])
    await env.submit({ id, type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] });
  cpSync(working, dir, { recursive: true });
  await env.close();
}

const seen = async (env: Environment) => [(await env.head()).position, (await env.get('n'))?.value];

it('records are in the journal alone until a checkpoint, and everybody sees them', async () => {
  await leaveInJournal();
  const tables = openLmdbStorage({ dir: join(dir, 'g1'), readOnly: true });
  expect(tables.read((snapshot) => snapshot.count('log'))).toBe(0);
  await tables.close();
  const reader = await openEnvironment(dir, { readOnly: true });
  expect(await seen(reader)).toEqual([3, 3]);
  await reader.close();
  const writer = await openEnvironment(dir);
  expect(await writer.submit({ id: 'r-2', type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] })).toMatchObject(
    {
      duplicate: true,
      position: 2,
    },
  );
  await writer.submit({ id: 'r-4', type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] });
  expect(await seen(writer)).toEqual([4, 4]);
  await writer.close();
  const again = await openEnvironment(dir, { readOnly: true });
  expect(await seen(again)).toEqual([4, 4]);
  expect((await again.rescanVerify()).problems).toEqual([]);
  await again.close();
});

it.each([
  ['by a reader', true],
  ['by a writer', false],
])('a backup %s takes the records of the journal with it', async (_, readOnly) => {
  await leaveInJournal();
  const env = await openEnvironment(dir, { readOnly });
  expect(await env.backup(join(place, 'copy.mdb'))).toMatchObject({ position: 3 });
  expect(await env.backup(join(place, 'copy'))).toMatchObject({ position: 3 });
  await env.close();
  await restore(join(place, 'copy.mdb'), join(place, 'from-file'));
  await restore(dir, join(place, 'from-env'));
  for (const name of ['copy', 'from-file', 'from-env']) {
    const copy = await openEnvironment(join(place, name));
    expect(await seen(copy), name).toEqual([3, 3]);
    await copy.submit({ type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] });
    expect((await copy.rescanVerify()).problems, name).toEqual([]);
    await copy.close();
  }
});

it('a reader that came before the first writer follows the journal that the writer makes', async () => {
  await leaveInJournal();
  await restore(dir, join(place, 'fresh'));
  const reader = await openEnvironment(join(place, 'fresh'), { readOnly: true });
  expect(await seen(reader)).toEqual([3, 3]);
  let heard = 0;
  const stop = reader.handle.storage.watch(() => {
    heard += 1;
  });
  const writer = new ScriptProcess(fileURLToPath(new URL('./submitting.mjs', import.meta.url)), [join(place, 'fresh')]);
  await writer.printed(1);
  expect(await seen(reader)).toEqual([4, 4]);
  const before = heard;
  writer.tell('again');
  await writer.printed(2);
  await expect.poll(() => heard).toBeGreaterThan(before);
  expect(await seen(reader)).toEqual([5, 5]);
  stop();
  await writer.kill();
  await reader.close();
});

it('a copy takes what the journal holds beside records, such as a cursor', async () => {
  const working = join(place, 'working');
  const env = await openEnvironment(working, { create: true, journal: true });
  await env.submit({ type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] });
  await env.close();
  const again = await openEnvironment(working);
  const cursor = { position: 1, details: {} };
  await again.saveCursor('reader', cursor);
  cpSync(working, dir, { recursive: true });
  await again.close();
  const reader = await openEnvironment(dir, { readOnly: true });
  await reader.backup(join(place, 'copy'));
  await reader.close();
  await restore(dir, join(place, 'restored'));
  for (const name of ['env', 'copy', 'restored']) {
    const copy = await openEnvironment(join(place, name), { readOnly: true });
    expect(await copy.cursor('reader'), name).toEqual(cursor);
    await copy.close();
  }
});

it('a rebuild takes the records of the journal into the next generation, which has a journal too', async () => {
  await leaveInJournal();
  const env = await openEnvironment(dir);
  expect(await env.rebuild()).toMatchObject({ generation: 2, records: 3 });
  await env.submit({ type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] });
  expect(await seen(env)).toEqual([4, 4]);
  await env.close();
  expect(readFileSync(join(dir, 'g2/journal')).length).toBeGreaterThan(0);
});

it('a journal that was damaged before its durable end is refused, by readers and writers, and nothing is written', async () => {
  await leaveInJournal();
  const file = join(dir, 'g1/journal');
  const before = readFileSync(file);
  writeSync(openSync(file, 'r+'), Buffer.from([before.readUInt8(60) ^ 1]), 0, 1, 60);
  for (const readOnly of [true, false]) {
    const refused = openEnvironment(dir, { readOnly }).then((env) => env.head());
    await expect(refused).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
  }
  writeFileSync(file, before);
  const env = await openEnvironment(dir);
  expect(await seen(env)).toEqual([3, 3]);
  await env.close();
});

it('a journal that is gone is refused, not taken for an empty one', async () => {
  await leaveInJournal();
  rmSync(join(dir, 'g1/journal'));
  for (const readOnly of [true, false])
    await expect(openEnvironment(dir, { readOnly })).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
});

it('without journal-head, the entries of the journal are those that survived', async () => {
  await leaveInJournal();
  copyFileSync(join(dir, 'g1/journal'), join(place, 'kept'));
  writeFileSync(join(dir, 'g1/journal-head'), Buffer.alloc(1_024));
  const env = await openEnvironment(dir, { readOnly: true });
  expect(await seen(env)).toEqual([3, 3]);
  await env.close();
  expect(readFileSync(join(dir, 'g1/journal')).equals(readFileSync(join(place, 'kept')))).toBe(true);
});

it('a rebuild moves an environment over to a journal, or away from it; what others had open goes on there', async () => {
  const env = await openEnvironment(dir, { create: true, journal: false });
  const other = await openEnvironment(dir);
  for (const [journal, format] of [
    [true, 2],
    [undefined, 2],
    [false, 1],
    [undefined, 1],
  ] as const) {
    await env.submit({ type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] });
    const { generation } = await env.rebuild(given({ journal }));
    await other.submit({ type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] });
    expect(await env.status()).toMatchObject({ format, generation });
    expect((await env.status()).size.journal !== undefined).toBe(format === 2);
  }
  expect(await seen(other)).toEqual([8, 8]);
  expect((await other.verify()).problems).toEqual([]);
  await other.close();
  await env.close();
});
