// Goal: several handles of one process, writable and read-only, act as several processes would.
// Method: open the same directory more than once, by more than one name, and let the handles work at the same time.

import { mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { given } from '../../src/core/base/given.ts';
import { type Environment, openEnvironment } from '../../src/index.ts';

const root = mkdtempSync(join(tmpdir(), 'txlog-handles-'));
let dir = '';
let count = 0;

beforeEach(() => {
  count += 1;
  dir = join(root, String(count));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const addOne = { type: 'count', changes: [{ op: 'add', key: 'total', value: 1 }] } as const;

describe('a handle whose generation another one replaced and removed', () => {
  it('can still begin to follow, and hears of what is new', async () => {
    const a = await open(undefined);
    const b = await open(undefined);
    await a.submit(addOne);
    await b.head();
    await a.rebuild();
    const heard: number[] = [];
    for await (const { position } of b.follow()) {
      heard.push(position);
      if (position === 3) break;
      await a.submit(addOne);
    }
    expect(heard).toEqual([1, 2, 3]);
    await a.close();
    await b.close();
  });
});

describe('two handles on one environment', () => {
  it.each([
    [0, 0],
    [0, 64],
    [7, undefined],
  ])('each see at once what the other acknowledged, with bounds %s and %s', async (one, other) => {
    const a = await open(one);
    const b = await open(other);
    for (let i = 1; i <= 60; i++) {
      const [writer, reader] = i % 2 === 0 ? [a, b] : [b, a];
      const { position } = await writer.submit(addOne);
      expect(position).toBe(i);
      expect(await reader.get('total')).toMatchObject({ value: i, version: i, position: i });
    }
    await a.close();
    expect((await b.submit(addOne)).position).toBe(61);
    expect((await b.rescanVerify()).problems).toEqual([]);
    await b.close();
  });

  it('both write at the same time without losing or doubling anything', async () => {
    const handles = [await open(7), await open(undefined)];
    const receipts = await Promise.all(
      Array.from({ length: 400 }, (_, i) => (handles[i % 2] as Environment).submit({ ...addOne, id: `r-${i % 200}` })),
    );
    // Each id was submitted twice, once to each handle or twice to the same: one of the two is the duplicate.
    expect(receipts.filter(({ duplicate }) => duplicate)).toHaveLength(200);
    expect(new Set(receipts.map(({ position }) => position)).size).toBe(200);
    for (const handle of handles) expect(await handle.get('total')).toMatchObject({ value: 200 });
    for (const handle of handles) await handle.close();
  });

  it('may reach it by two names', async () => {
    const a = await open(0);
    const link = `${dir}-link`;
    symlinkSync(dir, link);
    const b = await openEnvironment(link);
    await Promise.all([a.submit(addOne), b.submit(addOne), a.submit(addOne), b.submit(addOne)]);
    await a.close();
    expect(await b.get('total')).toMatchObject({ value: 4 });
    await b.submit(addOne);
    await b.close();
  });
});

describe('a read-only handle', () => {
  it('sees acknowledged data at once, also what no index holds yet, and refuses to write', async () => {
    const writer = await open(Number.POSITIVE_INFINITY);
    const reader = await openEnvironment(dir, { readOnly: true });
    for (let i = 1; i <= 20; i++) {
      const { id } = await writer.submit(addOne);
      expect(await reader.get('total')).toMatchObject({ value: i });
      expect((await reader.transaction(id)).position).toBe(i);
      expect(await reader.count({ types: ['count'] })).toBe(i);
    }
    await expect(reader.submit(addOne)).rejects.toMatchObject({ code: 'ENV_READ_ONLY' });
    await writer.close();
    expect(await reader.applied('total')).toHaveLength(20);
    await reader.close();
  });
});

describe('a handle that writes, beside one that only reads', () => {
  it('is refused when that came first, which goes on, and is opened once that is closed', async () => {
    const made = await open(undefined);
    await made.submit(addOne);
    await made.close();
    const reader = await openEnvironment(dir, { readOnly: true });
    await expect(openEnvironment(dir)).rejects.toMatchObject({ code: 'ENV_READ_ONLY' });
    expect(await reader.get('total')).toMatchObject({ value: 1 });
    await reader.close();
    const writer = await open(undefined);
    const second = await openEnvironment(dir, { readOnly: true });
    await writer.submit(addOne);
    await writer.close();
    // The map is that of the writer still.
    const again = await open(undefined);
    await again.submit(addOne);
    expect(await second.get('total')).toMatchObject({ value: 3 });
    await second.close();
    await again.close();
  });
});

describe('close', () => {
  it('answers what was submitted before, refuses what comes after, and may be called twice', async () => {
    const env = await open(7);
    const before = Array.from({ length: 300 }, () => env.submit(addOne));
    const closing = env.close();
    const after = env.submit(addOne);
    await expect(after).rejects.toMatchObject({ code: 'ENV_CLOSED' });
    const receipts = await Promise.all(before);
    await closing;
    await env.close();
    await expect(env.get('total')).rejects.toMatchObject({ code: 'ENV_CLOSED' });
    const again = await open(7);
    expect(receipts.map(({ position }) => position)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
    expect(await again.get('total')).toMatchObject({ value: 300 });
    await again.close();
  });
});

describe('storage that is nearly full', () => {
  it('refuses with STORAGE_FULL below the reserve, writes nothing, and still reads', async () => {
    const env = await open(undefined);
    await env.submit(addOne);
    await env.close();
    const before = statSync(join(dir, 'g1', 'data.mdb')).mtimeMs;
    const full = await openEnvironment(dir, { reserveBytes: Number.MAX_SAFE_INTEGER });
    await expect(full.submit(addOne)).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(await full.get('total')).toMatchObject({ value: 1 });
    await full.close();
    expect(statSync(join(dir, 'g1', 'data.mdb')).mtimeMs).toBe(before);
    const again = await open(undefined);
    expect((await again.submit(addOne)).position).toBe(2);
    await again.close();
  });

  it('grows its map by itself from one megabyte to tens', async () => {
    const env = await openEnvironment(dir, { create: true, mapBytes: 1024 * 1024 });
    const reader = await openEnvironment(dir, { readOnly: true, mapBytes: 1024 * 1024 });
    const text = 'x'.repeat(20_000);
    for (let i = 0; i < 60; i++) {
      const changes = [{ op: 'set', key: `page/${i}`, value: text }] as const;
      await Promise.all(Array.from({ length: 16 }, (_, n) => env.submit({ id: `${i}-${n}`, type: 'fill', changes })));
    }
    expect((await reader.get('page/59'))?.version).toBe(16);
    const { size } = await env.status();
    expect(size.fileBytes).toBeGreaterThan(16 * 1024 * 1024);
    expect(size.mapBytes).toBeGreaterThanOrEqual(size.fileBytes - (size.journal?.fileBytes ?? 0));
    expect((await env.verify()).problems).toEqual([]);
    await reader.close();
    await env.close();
  });
});

function open(checkpointRecords: number | undefined): Promise<Environment> {
  return openEnvironment(dir, { create: true, ...given({ checkpointRecords }) });
}
