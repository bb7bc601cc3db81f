// Goal: what a checkpoint does is invisible, wherever it stands, whoever makes it, and wherever it ends. Method: two or
// three handles on one memory, each step of a checkpoint placed by hand; the model tests place them at random.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Environment } from '../../src/environment/environment.ts';
import { textKey } from '../../src/layout/keys.ts';
import { readHead, readWatermark } from '../../src/layout/meta.ts';
import { lastChunk, rejectedList } from '../../src/layout/posting-lists.ts';
import { decodeStateRow } from '../../src/layout/state-row.ts';
import { TypeRegistry } from '../../src/layout/type-registry.ts';
import type { Snapshot, Storage } from '../../src/ports/storage.ts';
import { MemoryFiles, openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { type Checkpoint, startCheckpoint, writeSlice } from '../../src/view/checkpoint.ts';
import { Cut } from '../../src/view/cut.ts';
import { View, type ViewEntry } from '../../src/view/view.ts';
import { openOn, SteeredClock } from '../sim/open-env.ts';
import { shrinkLimits } from '../sim/shrink-limits.ts';

shrinkLimits({ sliceRows: 1, appliedPerChunk: 4, postingsPerChunk: 3 });

let files: MemoryFiles;
let env: Environment;

beforeEach(async () => {
  files = new MemoryFiles();
  env = await openOn(openMemoryStorage(files), { bound: Number.POSITIVE_INFINITY });
});

const add = (target: Environment, ...keys: string[]) =>
  target.submit({ type: 'count', changes: keys.map((key) => ({ op: 'add', key, value: 1 })) });

/** A process that does nothing but checkpoints, one slice at a time. */
class Writer {
  readonly view = new View(new TypeRegistry());
  private readonly storage: Storage;
  private checkpoint: Checkpoint | undefined;

  constructor() {
    this.storage = openMemoryStorage(files);
  }

  catchUp(): void {
    this.storage.read((snapshot) => this.view.catchUp(snapshot));
  }

  /** The next slice; true when it was the last. */
  slice(): boolean {
    if (!this.checkpoint) this.catchUp();
    this.checkpoint ??= startCheckpoint(this.view);
    const checkpoint = this.checkpoint;
    const written = this.storage.transact((tx) => writeSlice(tx, this.view, { checkpoint }));
    written.settle();
    if (written.done) this.checkpoint = undefined;
    return written.done;
  }

  /** Values as this process sees them, each of which must be the length of its applied list. */
  async counts(...keys: string[]): Promise<unknown[]> {
    return this.storage.read((snapshot) => {
      this.view.catchUp(snapshot);
      const cut = new Cut(this.view, snapshot);
      return keys.map((key) => {
        const { state } = cut.entry(key) as ViewEntry;
        expect([...cut.applied(key)]).toHaveLength(state.version);
        expect(state.value).toBe(state.version);
        return state.value;
      });
    });
  }

  finish(): void {
    while (!this.slice());
  }
}

const row = (key: string) =>
  openMemoryStorage(files).read((snapshot) => {
    const bytes = snapshot.get('states', textKey(key));
    return bytes && decodeStateRow(key, bytes).state;
  });
const isListed = (snapshot: Snapshot, key: string) => lastChunk(snapshot, 'postings', rejectedList(key)) !== undefined;
const watermark = () => openMemoryStorage(files).read(readWatermark);

async function expectAll(counts: Record<string, number>): Promise<void> {
  for (const reader of [env, await openOn(openMemoryStorage(files), { bound: Number.POSITIVE_INFINITY })]) {
    for (const [key, value] of Object.entries(counts)) {
      const state = await reader.get(key);
      expect([state?.value ?? 0, state?.version ?? 0, state?.applied ?? 0]).toEqual([value, value, value]);
      expect(await reader.applied(key)).toHaveLength(value);
    }
    expect(await reader.rescanVerify()).toMatchObject({ ok: true, problems: [] });
  }
}

describe('a checkpoint', () => {
  it('writes rows ahead of the watermark, which moves only with the last of them', async () => {
    await add(env, 'a', 'b');
    const writer = new Writer();
    expect(writer.slice()).toBe(false);
    expect([row('a')?.position, row('b')?.position, watermark()]).toEqual([1, undefined, 0]);
    await expectAll({ a: 1, b: 1 });
    writer.finish();
    expect([row('a')?.position, row('b')?.position, watermark()]).toEqual([1, 1, 1]);
    await expectAll({ a: 1, b: 1 });
  });

  it('that dies after any number of slices, at any point of any key, leaves everything right', async () => {
    for (let round = 0; round < 12; round++) {
      await add(env, 'a', round % 2 ? 'b' : 'c');
      await add(env, 'a', 'd');
      const dying = new Writer();
      for (let slice = 0; slice < round; slice++) dying.slice();
      const [a, d] = [(round + 1) * 2, round + 1];
      await expectAll({ a, d, b: Math.floor((round + 1) / 2), c: Math.ceil((round + 1) / 2) });
      // A newcomer goes on from what the dead one left.
      if (round % 5 === 4) new Writer().finish();
    }
  }, 20_000);

  it('never takes a row back, however old its maker is', async () => {
    await add(env, 'a', 'b', 'c');
    const old = new Writer();
    old.slice();
    await add(env, 'a', 'b');
    await add(env, 'b', 'c');
    const other = new Writer();
    other.finish();
    expect([row('b')?.version, watermark()]).toEqual([3, 3]);
    old.finish();
    expect([row('a')?.version, row('b')?.version, row('c')?.version, watermark()]).toEqual([2, 3, 2, 3]);
    await expectAll({ a: 2, b: 3, c: 2 });
  });

  it('never takes back a row that another one has written ahead', async () => {
    await add(env, 'a', 'b');
    const old = new Writer();
    old.catchUp();
    const start = startCheckpoint(old.view);
    await add(env, 'a', 'b');
    const ahead = new Writer();
    ahead.slice();
    expect(row('a')?.version).toBe(2);
    openMemoryStorage(files)
      .transact((tx) => writeSlice(tx, old.view, { checkpoint: start }))
      .settle();
    expect(row('a')?.version).toBe(2);
    expect(await ahead.counts('a', 'b')).toEqual([2, 2]);
    await expectAll({ a: 2, b: 2 });
  });

  it('of two processes at once, in turns, with appends between, leaves what one would', async () => {
    for (let i = 0; i < 9; i++) await add(env, 'hot', `cold/${i}`);
    const [one, two] = [new Writer(), new Writer()];
    one.slice();
    two.slice();
    two.slice();
    await add(env, 'hot', 'cold/3');
    for (let turn = 0; turn < 40; turn++) {
      (turn % 3 ? one : two).slice();
      if (turn % 7 === 0) await add(env, 'hot');
    }
    one.finish();
    two.finish();
    const hot = 9 + 1 + 6;
    expect(watermark()).toBe(hot);
    await expectAll({ hot, 'cold/3': 2, 'cold/8': 1 });
  });

  it('that started before others finished a later one prunes no more than is written', async () => {
    await add(env, 'a', 'b');
    const slow = new Writer();
    slow.slice();
    await add(env, 'a');
    const quick = new Writer();
    quick.finish();
    await add(env, 'b', 'c');
    slow.finish();
    expect(slow.view.watermark).toBeLessThanOrEqual(slow.view.head.position);
    slow.catchUp();
    await expectAll({ a: 2, b: 2, c: 1 });
    new Writer().finish();
    await expectAll({ a: 2, b: 2, c: 1 });
  });

  it('writes applied lists through their chunks whoever wrote the chunks before', async () => {
    for (let round = 0; round < 11; round++) {
      await add(env, 'k');
      const writer = new Writer();
      if (round % 3 === 0) writer.slice();
      if (round % 3 === 1) writer.finish();
    }
    await expectAll({ k: 11 });
    expect((await env.applied('k', { from: 5, limit: 3 })).map(({ position }) => position)).toEqual([5, 6, 7]);
  });
});

describe('an overlay', () => {
  it('reads applied lists once, though another process has written further chunks of them meanwhile', async () => {
    for (let i = 0; i < 6; i++) await add(env, 'k');
    new Writer().finish();
    const late = await openOn(openMemoryStorage(files), { bound: Number.POSITIVE_INFINITY });
    for (let i = 0; i < 7; i++) await add(late, 'k');
    new Writer().finish();
    expect((await late.applied('k')).map(({ position }) => position)).toEqual(
      Array.from({ length: 13 }, (_, i) => i + 1),
    );
    for (let i = 0; i < 3; i++) await add(late, 'k');
    await expectAll({ k: 16 });
  });

  it('keeps what came between the rows of a slice and the news that they are durable', async () => {
    await add(env, 'a', 'b', 'c');
    const writer = new Writer();
    writer.catchUp();
    const storage = openMemoryStorage(files);
    const checkpoint = startCheckpoint(writer.view);
    for (let done = false; !done; ) {
      const slice = storage.transact((tx) => writeSlice(tx, writer.view, { checkpoint }));
      await add(env, 'a', 'c');
      writer.catchUp();
      slice.settle();
      done = slice.done;
    }
    expect(await writer.counts('a', 'b', 'c')).toEqual([5, 1, 5]);
    writer.finish();
    await expectAll({ a: 5, b: 1, c: 5 });
  });

  it('writes the lists of many rejected keys in slices, and each of them is read as one meanwhile', async () => {
    const { position } = await env.submit({ type: 't', changes: [{ op: 'claim', key: 'mine' }] });
    for (let i = 0; i < 6; i++) {
      const key = `k/${i % 3}`;
      await env.submit({
        type: 't',
        changes: [
          { op: 'release', key: 'mine', owner: 'no one' },
          { op: 'set', key, value: 1 },
        ],
      });
    }
    const writer = new Writer();
    const names = ['mine', 'k/0', 'k/1', 'k/2'];
    const rows = () => names.filter((name) => openMemoryStorage(files).read((snapshot) => isListed(snapshot, name)));
    const seen = new Set<number>();
    for (let done = false; !done; ) {
      done = writer.slice();
      seen.add(rows().length);
      const reader = await openOn(openMemoryStorage(files), { bound: Number.POSITIVE_INFINITY });
      for (const handle of [env, reader]) {
        expect(await handle.count({ outcome: 'rejected' })).toBe(6);
        expect(await handle.count({ key: 'mine' })).toBe(7);
        expect(await handle.count({ key: 'k/1' })).toBe(2);
      }
    }
    expect(position).toBe(1);
    expect([...seen]).toEqual([0, 1, 2, 3, 4]);
  });

  it('counts postings once that another process has written meanwhile', async () => {
    for (let i = 0; i < 5; i++) await add(env, 'a');
    await env.submit({ type: 'count', changes: [{ op: 'claim', key: 'a' }] });
    expect(await env.count({ types: ['count'] })).toBe(6);
    new Writer().finish();
    // The head is where it was: the overlay still holds what the index has, too.
    expect(await env.count({ types: ['count'] })).toBe(6);
    expect(await env.count({ outcome: 'committed' })).toBe(5);
    expect(await env.count({ outcome: 'rejected' })).toBe(1);
    expect((await env.status()).types).toEqual([{ type: 'count', count: 6 }]);
    await add(env, 'a');
    expect(await env.count({ types: ['count'] })).toBe(7);
  });

  it('holds each record once when a read comes between its flush and its receipt', async () => {
    const storage = openMemoryStorage(files);
    const eager = { ...storage, read: storage.read.bind(storage) };
    let reads = false;
    // The promise of the write resolves a turn later, and a read of the same process comes first.
    eager.write = async (work) => {
      const result = storage.transact(work);
      if (reads) await target.get('a');
      return result;
    };
    const target: Environment = await openOn(eager, { clock: new SteeredClock({ time: 1 }), bound: 1_000 });
    reads = true;
    for (let i = 0; i < 3; i++) await add(target, 'a', `b/${i}`);
    expect(await target.get('a')).toMatchObject({ value: 3, version: 3 });
    expect(await target.applied('a')).toHaveLength(3);
    expect(await target.count({ types: ['count'] })).toBe(3);
    reads = false;
    await target.close();
    await expectAll({ a: 3, 'b/2': 1 });
  });

  it('is made anew when folding the tail fails half way', async () => {
    await add(env, 'a');
    const storage = openMemoryStorage(files);
    let failAt = Number.POSITIVE_INFINITY;
    const broken: Storage = {
      ...storage,
      read: (work) =>
        storage.read((snapshot) =>
          work({
            ...snapshot,
            *range(table, options) {
              let rows = 0;
              for (const found of snapshot.range(table, options)) {
                rows += 1;
                if (table === 'log' && rows > failAt) throw new Error('the disk is gone');
                yield found;
              }
            },
          }),
        ),
    };
    const reader = await openOn(broken, { bound: Number.POSITIVE_INFINITY });
    expect(await reader.get('a')).toMatchObject({ value: 1 });
    for (let i = 0; i < 4; i++) await add(env, 'a');
    failAt = 2;
    await expect(reader.get('a')).rejects.toThrow('the disk is gone');
    await expect(reader.get('a')).rejects.toThrow('the disk is gone');
    failAt = Number.POSITIVE_INFINITY;
    expect(await reader.get('a')).toMatchObject({ value: 5, version: 5 });
    expect(await reader.applied('a')).toHaveLength(5);
    expect(await reader.count({ types: ['count'] })).toBe(5);
    await reader.close();
    await expectAll({ a: 5 });
  });

  it('is written at close, and nothing is left for the next process to fold', async () => {
    const short = await openOn(openMemoryStorage(files), { bound: 1_000 });
    await add(short, 'a', 'b');
    await add(short, 'a');
    expect(watermark()).toBe(0);
    await short.close();
    expect(watermark()).toBe(2);
    expect(openMemoryStorage(files).read(readHead).position).toBe(2);
    await expectAll({ a: 2, b: 1 });
  });
});
