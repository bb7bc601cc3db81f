// Goal: each kind of damage to the files of an environment is told by its code and its place, and what can be used goes on.
// Method: files are cut, torn, overwritten and brought back from earlier, as disks and power cuts do.
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditReport } from '../../src/audit/audit-report.ts';
import { openEnvironment } from '../../src/engine.ts';
import { positionKey, textKey } from '../../src/layout/keys.ts';
import type { WriteTx } from '../../src/ports/storage.ts';
import { openUnlockedStorage } from '../../src/storage/lmdb/unlocked-storage.ts';

const pageBytes = 4_096;
let dir: string;
const file = (name: string) => join(dir, 'g1', name);
const data = () => file('data.mdb');

async function submit(count: number, from = 0): Promise<void> {
  const env = await openEnvironment(dir, { create: true, journal: false, checkpointRecords: 0 });
  for (let i = from; i < from + count; i++) {
    await env.submit({ id: `r-${i}`, type: 't', changes: [{ op: 'set', key: `k/${i}`, value: i }] });
  }
  await env.saveCursor('reader', { position: 1, details: {} });
  await env.close();
}

async function read(work: (env: Awaited<ReturnType<typeof openEnvironment>>) => Promise<unknown>): Promise<unknown> {
  const env = await openEnvironment(dir, { readOnly: true });
  try {
    return await work(env);
  } finally {
    await env.close();
  }
}

/** Changes rows behind the engine's back. */
async function change(work: (tx: WriteTx) => void): Promise<void> {
  const env = await openEnvironment(dir);
  await env.handle.storage.write(work);
  await env.close();
}

function overwrite(at: number, bytes: Buffer): void {
  const all = readFileSync(data());
  bytes.copy(all, at);
  writeFileSync(data(), all);
}

/** The page that a table begins with, and the newest state's number of the last page. */
function rootOf(table: string): number {
  const bytes = readFileSync(data());
  const newest = [0, 1]
    .map((page) => page * pageBytes + 24)
    .sort((a, b) => number(bytes, b + 128) - number(bytes, a + 128));
  const main = number(bytes, (newest[0] as number) + 112) * pageBytes;
  for (let i = 0; i < bytes.readUInt16LE(main + 20) / 2; i++) {
    const node = main + 24 + bytes.readUInt16LE(main + 24 + 2 * i);
    const key = bytes.toString('utf8', node + 8, node + 8 + bytes.readUInt16LE(node + 6));
    if (key === `${table}\u0000`) return number(bytes, node + 8 + key.length + 40);
  }
  throw new Error(`no table ${table}`);
}

const number = (bytes: Buffer, at: number) => Number(bytes.readBigUInt64LE(at));

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'txlog-files-'));
  await submit(6);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('gate.mdb', () => {
  it.each([
    ['zeros', Buffer.alloc(2 * pageBytes)],
    ['half of it', undefined],
    ['other bytes', Buffer.alloc(2 * pageBytes, 0xa5)],
  ])('that a power cut left as %s is made anew', async (_, bytes) => {
    const gate = file('gate.mdb');
    const whole = readFileSync(gate);
    writeFileSync(gate, bytes ?? whole.subarray(0, pageBytes));
    expect(await read((env) => env.get('k/1'))).toMatchObject({ value: 1 });
    expect(readFileSync(gate)).toEqual(whole);
    await submit(1, 6);
  });

  it('is made anew beside those who hold the lock, and they still share it', async () => {
    const holder = await openEnvironment(dir);
    writeFileSync(file('gate.mdb'), Buffer.alloc(2 * pageBytes));
    const lock = readFileSync(file('gate.mdb-lock'));
    await submit(1, 6);
    expect(readFileSync(file('gate.mdb-lock')).length).toBe(lock.length);
    await holder.submit({ id: 'r-7', type: 't', changes: [{ op: 'set', key: 'k/7', value: 7 }] });
    await holder.close();
    expect(await read((env) => env.verify())).toMatchObject({ ok: true, records: 8 });
  });
});

describe('data.mdb', () => {
  it.each([0, 1_000, pageBytes, 2 * pageBytes, 4 * pageBytes])(
    'cut to %i bytes is refused, by its code',
    async (length) => {
      truncateSync(data(), length);
      await expect(read((env) => env.get('k/1'))).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
      await expect(openEnvironment(dir)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
      expect(readFileSync(data()).length).toBe(length);
    },
  );

  it.each([1, pageBytes])('that lacks its last %i bytes is told by verify, whatever was on them', async (bytes) => {
    truncateSync(data(), readFileSync(data()).length - bytes);
    const { ok, problems } = (await read((env) => env.verify())) as AuditReport;
    expect(ok).toBe(false);
    expect(problems.map(({ reason }) => reason)).toContainEqual(expect.stringContaining('it was cut'));
  });

  it('with a damaged page of an index is refused where that index is read, and repaired', async () => {
    overwrite(rootOf('states') * pageBytes, Buffer.alloc(pageBytes));
    const refused = { code: 'STORAGE_CORRUPT', message: expect.stringContaining('in table states') };
    await expect(read((env) => env.get('k/1'))).rejects.toMatchObject(refused);
    await expect(read((env) => env.get('k/1'))).rejects.toHaveProperty(
      'details.next',
      expect.arrayContaining(['txlog rescan --verify --repair']),
    );
    expect(await read((env) => env.transaction('r-2'))).toMatchObject({ id: 'r-2' });
    const env = await openEnvironment(dir);
    await env.rebuild();
    expect(await env.get('k/1')).toMatchObject({ value: 1 });
    await env.close();
  });

  it('whose list of free pages names one in use is not written', async () => {
    const env = await openEnvironment(dir);
    await env.close();
    const bytes = readFileSync(data());
    const meta = [0, 1]
      .map((page) => page * pageBytes + 24)
      .sort((a, b) => number(bytes, b + 128) - number(bytes, a + 128));
    const free = number(bytes, (meta[0] as number) + 64) * pageBytes;
    const node = free + 24 + bytes.readUInt16LE(free + 24);
    const entry = Buffer.alloc(8);
    entry.writeBigUInt64LE(BigInt(rootOf('log')));
    overwrite(node + 8 + 8 + 8, entry);
    const refused = { code: 'STORAGE_CORRUPT', message: expect.stringContaining('is named free, and is in use') };
    await expect(openEnvironment(dir)).rejects.toMatchObject(refused);
    expect(await read((other) => other.get('k/1'))).toMatchObject({ value: 1 });
  });

  it('that went back to an earlier state is not written, and told by verify', async () => {
    copyFileSync(data(), `${data()}.earlier`);
    await submit(3, 6);
    copyFileSync(`${data()}.earlier`, data());
    const refused = { code: 'STORAGE_CORRUPT', message: expect.stringContaining('the data went back') };
    await expect(openEnvironment(dir)).rejects.toMatchObject(refused);
    expect(await read((env) => env.verify())).toHaveProperty('ok', false);
    // Who knows of it may go on with what is left.
    rmSync(file('last-commit'));
    await submit(1, 6);
    expect(existsSync(file('last-commit'))).toBe(true);
  });

  it('whose newest meta page is lost is not taken for what it was before', async () => {
    const bytes = readFileSync(data());
    const newest = number(bytes, 24 + 128) > number(bytes, pageBytes + 24 + 128) ? 0 : 1;
    overwrite(newest * pageBytes, Buffer.alloc(pageBytes));
    const refused = { code: 'STORAGE_CORRUPT', message: expect.stringContaining(`meta page ${newest}`) };
    await expect(read((env) => env.get('k/1'))).rejects.toMatchObject(refused);
  });
});

describe('a row that the log cannot make again', () => {
  it('is checked: the place of a named reader', async () => {
    await change((tx) => {
      const row = Buffer.from(tx.get('cursors', textKey('reader')) ?? []).toString();
      tx.put('cursors', textKey('reader'), Buffer.from(row.replace('"position":1', '"position":3')));
    });
    await expect(read((env) => env.cursor('reader'))).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    expect(await read((env) => env.verify())).toMatchObject({
      problems: [{ code: 'ROW_DAMAGED', place: 'cursors/reader' }],
    });
  });

  it('is checked: the format row of the environment', async () => {
    await change((tx) => {
      const row = Buffer.from(tx.get('meta', textKey('format')) ?? []).toString();
      tx.put('meta', textKey('format'), Buffer.from(row.replace(/"unit":"./, '"unit":"x')));
    });
    await expect(openEnvironment(dir)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
  });

  it('is checked: the schema of records, which is not needed to read them', async () => {
    await change((tx) => {
      const row = Buffer.from(tx.get('schemas', positionKey(1)) ?? []).toString();
      tx.put('schemas', positionKey(1), Buffer.from(row.replace('payload', 'qayload')));
    });
    expect(await read((env) => env.transaction('r-0'))).toMatchObject({ id: 'r-0' });
    expect(await read((env) => env.verify())).toMatchObject({
      problems: [{ code: 'INDEX_DIFFERS', place: 'schemas/1' }],
    });
  });

  it('is compared with the log: the name of a type that no record has', async () => {
    await change((tx) => tx.put('types', Buffer.from([0, 0]), textKey('ghost')));
    expect(await read((env) => env.verify())).toMatchObject({
      problems: [{ code: 'INDEX_DIFFERS', place: 'types/0' }],
    });
  });
});

describe('without the right to take locks', () => {
  it('an environment is read as it is, and each state of it whole, beside one that writes', async () => {
    const unlocked = openUnlockedStorage({ dir: join(dir, 'g1') });
    const writer = await openEnvironment(dir, { checkpointRecords: 0 });
    for (let i = 0; i < 60; i++) {
      await writer.submit({ type: 't', changes: [{ op: 'set', key: 'k/0', value: 'x'.repeat(i * 100) }] });
      const seen = unlocked.read((snapshot) => ({
        records: [...snapshot.range('log')].length,
        last: [...snapshot.range('log', { reverse: true, limit: 1 })].length,
        value: snapshot.get('states', textKey('k/0'))?.length ?? 0,
      }));
      expect(seen).toMatchObject({ records: 7 + i, last: 1 });
      expect(seen.value).toBeGreaterThan(i * 100);
    }
    expect([...unlocked.findPageProblems()].flat()).toEqual([]);
    await writer.close();
    await unlocked.close();
  });

  it('what is read over several turns begins anew when a writer took its pages, and is never called damaged', async () => {
    const unlocked = openUnlockedStorage({ dir: join(dir, 'g1') });
    const reader = await openEnvironment(dir);
    const { storage } = reader.handle;
    Object.assign(reader.handle, { storage: unlocked });
    const writer = await openEnvironment(dir, { checkpointRecords: 0 });
    const overwrite = async () => {
      for (let i = 0; i < 4; i++)
        await writer.submit({ type: 't', changes: [{ op: 'set', key: 'k/0', value: Math.random() }] });
    };
    let attempts = 0;
    const read = (times: number) =>
      reader.readPinned(async ({ snapshot }) => {
        if (attempts++ < times) await overwrite();
        return [...snapshot.range('states')].length;
      });
    expect(await read(2)).toBe(6);
    expect(attempts).toBe(3);
    const refused = { code: 'ENV_PERMISSION', message: expect.stringContaining('changes faster than it can be read') };
    await expect(read(Number.POSITIVE_INFINITY)).rejects.toMatchObject(refused);
    await writer.close();
    await unlocked.close();
    Object.assign(reader.handle, { storage });
    await reader.close();
  });
});
