import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';
import type { AttachmentStore } from '../../src/ports/attachment-store.ts';
import { all } from '../kit/all.ts';

/** A store to test: each opening is as another process of the same environment sees it. */
export interface AttachmentsUnderTest {
  open(): AttachmentStore;
  /** Now, for the store: in ms since 1970. */
  now(): number;
  /** Lets time pass for all that is kept. */
  passTime(ms: number): void;
  dispose(): void;
}

const bytes = randomBytes(2 * limits.attachmentPieceBytes + 5);
const digest = digestOf(bytes);
const absent = digestOf(Buffer.from('never put'));
const hour = 3_600_000;

/** What all stores of attachments promise; that of a dry run keeps of what comes the digest alone. */
export function attachmentsContract(
  name: string,
  make: () => AttachmentsUnderTest | Promise<AttachmentsUnderTest>,
  { isRehearsal = false } = {},
): void {
  let under: AttachmentsUnderTest;
  let store: AttachmentStore;
  beforeEach(async () => {
    under = await make();
    store = under.open();
  });
  afterEach(() => under.dispose());

  const current = () => ({ under, store });
  describe(`attachments: ${name}`, () => {
    describe('what is here', () => contractOfFinding(current));
    if (isRehearsal) describe('a dry run', () => contractOfRehearsing(current));
    else {
      describe('an attachment', () => contractOfKeeping(current));
      describe('a part', () => contractOfParts(current));
      describe('clearing', () => contractOfClearing(current));
    }
  });
}

type Current = () => { readonly under: AttachmentsUnderTest; readonly store: AttachmentStore };

function contractOfFinding(current: Current): void {
  it('is found, listed and read, whether it came before or just now', async () => {
    const { store } = current();
    const small = Buffer.from('a small one');
    for (const each of [bytes, small, Buffer.alloc(0)]) await put(store, each);
    const listed = new Map((await all(store.list())).map((one) => [one.digest, one.bytes]));
    for (const each of [bytes, small, Buffer.alloc(0)]) {
      const name = digestOf(each);
      const found = store.find(name);
      expect(listed.get(name)).toBe(found?.bytes);
      if (found) expect((await readAll(store, name, found.bytes)).equals(each)).toBe(true);
      else await expect(readAll(store, name, each.length)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
      expect(store.has(name)).toBe(true);
    }
  });

  it('is listed by its digest', async () => {
    const { store } = current();
    for (let i = 0; i < 20; i++) await put(store, Buffer.from(`number ${i}`));
    const digests = (await all(store.list())).map((one) => one.digest);
    expect(digests).toEqual([...digests].sort());
  });

  it('is nothing that never came', async () => {
    const { store } = current();
    expect([store.has(absent), store.find(absent), store.partBytes(absent)]).toEqual([false, undefined, 0]);
    await expect(readAll(store, absent, 1)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(store.remove(absent, Number.POSITIVE_INFINITY)).toBe(false);
  });

  it('is new once', async () => {
    const { store } = current();
    expect(await put(store, Buffer.from('fresh'))).toBe(true);
    expect(await put(store, Buffer.from('fresh'))).toBe(false);
  });
}

function contractOfRehearsing(current: Current): void {
  it('leaves what is here as it is', async () => {
    const { under, store } = current();
    const before = await all(store.list());
    expect(before.length).toBeGreaterThan(0);
    await put(store, bytes);
    const part = await store.begin('mine');
    await part.write(bytes);
    await part.close(true);
    for (const { digest } of before) expect(store.remove(digest, under.now() + hour)).toBe(true);
    expect(await store.removeParts(under.now() + hour, false)).toBeGreaterThan(0);
    expect(await store.removeParts(under.now() + hour, false)).toBeGreaterThan(0);
    expect(await all(store.list())).toEqual(before);
    expect([store.partBytes('mine'), under.open().has(digest)]).toEqual([0, false]);
  });

  it('would leave what was used or asked for', async () => {
    const { under, store } = current();
    const [first] = await all(store.list());
    const name = first?.digest ?? '';
    expect(store.remove(name, (first?.time ?? 0) - 1)).toBe(false);
    under.passTime(hour);
    expect(store.remove(name, under.now() - hour / 2)).toBe(true);
    expect(store.has(name)).toBe(true);
    expect(store.remove(name, under.now() - hour / 2)).toBe(false);
  });
}

function contractOfKeeping(current: Current): void {
  it('is seen by others once all of it is here, and not before', async () => {
    const { under, store } = current();
    const part = await store.begin(undefined);
    await part.write(bytes);
    expect(under.open().find(digest)).toBeUndefined();
    expect(await part.finish(digest)).toBe(true);
    await part.close(false);
    expect(under.open().find(digest)).toMatchObject({ digest, bytes: bytes.length });
  });

  it('is read in ranges', async () => {
    const { store } = current();
    await put(store, bytes);
    const { attachmentPieceBytes: piece } = limits;
    for (const [start, end] of [
      [0, 0],
      [3, 3],
      [10, 20],
      [piece - 1, piece + 1],
      [5, bytes.length],
    ] as const)
      expect((await readAll(store, digest, end, start)).equals(bytes.subarray(start, end))).toBe(true);
  });

  it('keeps what was written, whatever becomes of the buffer', async () => {
    const { store } = current();
    const buffer = Buffer.from('first');
    const part = await store.begin(undefined);
    await part.write(buffer);
    buffer.write('other');
    await part.write(buffer);
    const name = digestOf(Buffer.from('firstother'));
    await part.finish(name);
    await part.close(false);
    expect((await readAll(store, name, 10)).toString()).toBe('firstother');
  });
}

function contractOfParts(current: Current): void {
  it('is gone on with under its name', async () => {
    const { under, store } = current();
    await begin(store, 'u', bytes.subarray(0, 900_000));
    expect(under.open().partBytes('u')).toBe(900_000);
    const part = await under.open().begin('u');
    expect(part.bytes).toBe(900_000);
    // Whoever holds it has it alone.
    expect(store.partBytes('u')).toBe(0);
    expect(Buffer.concat(await copies(part.read())).equals(bytes.subarray(0, 900_000))).toBe(true);
    await part.cut(700_000);
    await part.write(bytes.subarray(700_000));
    expect(part.bytes).toBe(bytes.length);
    expect(await part.finish(digest)).toBe(true);
    await part.close(true);
    expect((await readAll(store, digest, bytes.length)).equals(bytes)).toBe(true);
    expect(store.partBytes('u')).toBe(0);
    expect(await store.removeParts(under.now() + hour, true)).toBe(0);
  });

  it('leaves nothing without a name, or when it is not kept, or when nothing came', async () => {
    const { under, store } = current();
    for (const name of [undefined, 'u']) {
      const part = await store.begin(name);
      await part.write(bytes);
      await part.close(name === undefined);
    }
    await begin(store, 'u', Buffer.alloc(0));
    await (await store.begin('u')).close(true);
    expect(store.partBytes('u')).toBe(0);
    expect(await store.removeParts(under.now() + hour, true)).toBe(0);
  });

  it('of two that began at once is the longer one', async () => {
    const { store } = current();
    const [one, two] = [await store.begin('u'), await store.begin('u')];
    await one.write(bytes.subarray(0, 10));
    await two.write(bytes.subarray(0, 5));
    await one.close(true);
    await two.close(true);
    expect(store.partBytes('u')).toBe(10);
  });

  it('is closed once', async () => {
    const { store } = current();
    const part = await store.begin('u');
    await part.write(bytes.subarray(0, 10));
    await part.close(true);
    await part.close(false);
    expect(store.partBytes('u')).toBe(10);
  });
}

function contractOfClearing(current: Current): void {
  it('takes parts that nobody went on with, and a dry run none', async () => {
    const { under, store } = current();
    await begin(store, 'old', bytes.subarray(0, 1_000));
    under.passTime(hour);
    await begin(store, 'new', bytes.subarray(0, 100));
    const held = await store.begin('held');
    await held.write(bytes.subarray(0, 10));
    const since = under.now() - hour / 2;
    expect(await store.removeParts(since, true)).toBe(1_000);
    expect([store.partBytes('old'), store.partBytes('new')]).toEqual([1_000, 100]);
    expect(await store.removeParts(since, false)).toBe(1_000);
    expect([store.partBytes('old'), store.partBytes('new')]).toEqual([0, 100]);
    under.passTime(hour);
    expect(await store.removeParts(under.now() - hour / 2, false)).toBe(100);
    await held.close(true);
    expect(store.partBytes('held')).toBe(10);
  });

  it('of some names takes those alone', async () => {
    const { under, store } = current();
    await begin(store, 'mine-1', bytes.subarray(0, 100));
    await begin(store, 'other', bytes.subarray(0, 1_000));
    under.passTime(hour);
    expect(await store.removeParts(under.now() - hour / 2, false, 'mine-')).toBe(100);
    expect([store.partBytes('mine-1'), store.partBytes('other')]).toEqual([0, 1_000]);
  });

  it('a part is known to all while it is held', async () => {
    const { under, store } = current();
    const others = under.open();
    expect(others.partHolders('mine')).toBe(0);
    const [one, two] = [await store.begin('mine'), await store.begin('mine')];
    await store.begin('mine-2').then((third) => third.close(false));
    expect([store.partHolders('mine'), others.partHolders('mine')]).toEqual([2, 2]);
    await one.write(bytes.subarray(0, 10));
    await one.close(true);
    await two.close(false);
    expect(others.partHolders('mine')).toBe(0);
    expect(others.partBytes('mine')).toBe(10);
  });

  it('takes what nobody used, and leaves what came again or was asked for', async () => {
    const { under, store } = current();
    const names = ['kept', 'asked', 'again'].map((text) => Buffer.from(text));
    const [kept = '', asked = '', again = ''] = names.map(digestOf);
    for (const each of names) await put(store, each);
    expect(store.remove(kept, under.now() - hour / 2)).toBe(false);
    under.passTime(hour);
    const since = under.now() - hour / 2;
    const other = under.open();
    expect(other.has(asked)).toBe(true);
    await put(other, Buffer.from('again'));
    expect([kept, asked, again].map((each) => store.remove(each, since))).toEqual([...[true, false, false]]);
    expect([kept, asked, again].map((each) => other.has(each))).toEqual([false, true, true]);
    expect(store.find(kept)).toBeUndefined();
  });
}

function digestOf(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Puts some bytes; whether they are new. */
export async function put(store: AttachmentStore, data: Uint8Array): Promise<boolean> {
  const part = await store.begin(undefined);
  await part.write(data);
  const isNew = await part.finish(digestOf(data));
  await part.close(false);
  return isNew;
}

async function begin(store: AttachmentStore, name: string, data: Uint8Array): Promise<void> {
  const part = await store.begin(name);
  if (data.length > 0) await part.write(data);
  await part.close(true);
}

/** A piece holds until the next one is asked for. */
async function copies(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const copied: Uint8Array[] = [];
  for await (const piece of pieces) copied.push(Uint8Array.from(piece));
  return copied;
}

async function readAll(store: AttachmentStore, name: string, end: number, start = 0): Promise<Buffer> {
  return Buffer.concat(await copies(store.read(name, { start, end })));
}
