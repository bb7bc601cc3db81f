// Goal: what the system refuses is an error with a code, nothing stays open after it, and a reader never shows what is not
// durable. Method: a journal on files in memory that fail, or that others use, at a chosen moment.
import { beforeEach, expect, it } from 'vitest';
import type { LockableStorage, Snapshot, Storage } from '../../../src/ports/storage.ts';
import type { JournalFile } from '../../../src/storage/journal/journal-file.ts';
import { openJournaledStorage } from '../../../src/storage/journal/journaled-storage.ts';
import { firstMark, markPut } from '../../../src/storage/journal/mark.ts';
import { publishedBytes } from '../../../src/storage/journal/published.ts';
import { MemoryFiles, openMemoryStorage } from '../../../src/storage/memory/memory-storage.ts';

type Operation = 'read' | 'write' | 'sync';

/** Files that processes share, and what happens before an operation on one of them. */
class Disk {
  readonly tables = new MemoryFiles();
  readonly entries = Buffer.alloc(4_096);
  readonly published = Buffer.alloc(publishedBytes);
  pins = 0;

  constructor() {
    openMemoryStorage(this.tables).lock(({ commit }) => commit([markPut(firstMark())]));
  }

  open(boot: string, before: (file: 'entries' | 'published', operation: Operation) => void = () => {}): Storage {
    const file = (name: 'entries' | 'published'): JournalFile => ({
      room: this[name].length,
      read: (at, length) => {
        before(name, 'read');
        return Buffer.from(this[name].subarray(at, at + length));
      },
      write: (at, bytes) => {
        before(name, 'write');
        this[name].set(bytes, at);
      },
      isFast: true,
      sync: () => before(name, 'sync'),
      syncSoon: async () => before(name, 'sync'),
      close: () => {},
    });
    const files = {
      entries: file('entries'),
      published: file('published'),
      boot,
      lock: <T>(work: () => T) => work(),
      requireRoom() {},
      watch: () => () => {},
      close() {},
    };
    return openJournaledStorage(this.countingPins(), files);
  }

  private countingPins(): LockableStorage {
    const tables = openMemoryStorage(this.tables);
    return {
      ...tables,
      pin: () => {
        this.pins += 1;
        const { snapshot } = tables.pin();
        const release = () => {
          this.pins -= 1;
        };
        return { snapshot, release };
      },
    };
  }
}

let disk: Disk;
beforeEach(() => {
  disk = new Disk();
});

const add = (n: number) => (tx: Parameters<Parameters<Storage['write']>[0]>[0]) =>
  tx.append('log', Buffer.from(`${n}`), Buffer.from(`record ${n}`));
const count = (storage: Storage) => storage.read((snapshot: Snapshot) => snapshot.count('log'));

function refuse(): never {
  throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO', errno: -5 });
}

it.each([
  ['entries', 'write'],
  ['entries', 'sync'],
  ['published', 'write'],
  ['published', 'read'],
] as const)(
  'a failure of the file of %s to %s is STORAGE_FAILED, and the next write goes on',
  async (name, operation) => {
    let isBroken = false;
    const storage = disk.open('now', (file, what) => {
      if (isBroken && file === name && what === operation) refuse();
    });
    await storage.write(add(1));
    isBroken = true;
    await expect(storage.write(add(2))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    isBroken = false;
    await storage.write((tx) => add(tx.count('log') + 1)(tx));
    expect(count(storage)).toBeGreaterThanOrEqual(2);
    expect(count(disk.open('now'))).toBe(count(storage));
  },
);

it('a read and a pin that meet a failure say so with a code, and hold no snapshot', async () => {
  await disk.open('now').write(add(1));
  const reader = disk.open('now', refuse);
  expect(() => count(reader)).toThrow(expect.objectContaining({ code: 'STORAGE_FAILED' }));
  expect(() => reader.pin()).toThrow(expect.objectContaining({ code: 'STORAGE_FAILED' }));
  expect(disk.pins).toBe(0);
});

it('a reader after a new start shows no entry that a writer wrote meanwhile and could not flush', async () => {
  await disk.open('before').write(add(1));
  let isWriterThere = false;
  const writer = () => {
    isWriterThere = true;
    let isBroken = false;
    const storage = disk.open('now', (file, operation) => {
      if (isBroken && file === 'entries' && operation === 'sync') refuse();
    });
    // It tells what survived, and then writes an entry.
    storage.transact(() => undefined);
    isBroken = true;
    expect(() => storage.transact(add(2))).toThrow(expect.objectContaining({ code: 'STORAGE_FAILED' }));
  };
  const reader = disk.open('now', (file, operation) => {
    // Between the look at what was told and the look at the entries.
    if (!isWriterThere && file === 'entries' && operation === 'read') writer();
  });
  expect(count(reader)).toBe(1);
});

it('a large group goes into the tables at once, and takes the entries before it with it', async () => {
  const storage = disk.open('now');
  await storage.write(add(1));
  await storage.write((tx) => {
    tx.append('log', Buffer.from('2'), Buffer.alloc(2_000));
  });
  expect(openMemoryStorage(disk.tables).read((snapshot) => snapshot.count('log'))).toBe(2);
  expect(count(storage)).toBe(2);
});

it('goes on from a mark of the first journals, which began at the start of the file each time', async () => {
  await disk.open('now').write(add(1));
  const mark = markPut(firstMark());
  openMemoryStorage(disk.tables).lock(({ snapshot, commit }) => {
    const value = snapshot.get('meta', mark.key)?.subarray(0, -8);
    commit([{ ...mark, value }]);
  });
  const storage = disk.open('now');
  expect(count(storage)).toBe(1);
  await storage.write(add(2));
  expect(count(disk.open('now'))).toBe(2);
});

it('after a new start of the machine, a journal that lost what was told is refused, and nothing is written', async () => {
  const storage = disk.open('before');
  await storage.write(add(1));
  await storage.write(add(2));
  const middle = disk.entries.indexOf('record 1');
  disk.entries[middle] = (disk.entries[middle] as number) ^ 1;
  const before = Buffer.from(disk.entries);
  expect(() => count(disk.open('now'))).toThrow(expect.objectContaining({ code: 'STORAGE_CORRUPT' }));
  await expect(disk.open('now').write(add(3))).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
  expect(disk.entries.equals(before)).toBe(true);
});

it.each([
  ['a reader', '', 'now'],
  ['the writer', 'now', ''],
])(
  'where only %s is not told the start of the machine, nothing is shown before it is durable',
  async (_, reads, writes) => {
    let isBroken = false;
    const writer = disk.open(writes, (file, operation) => {
      if (isBroken && file === 'entries' && operation === 'sync') refuse();
    });
    await writer.write(add(1));
    isBroken = true;
    await expect(writer.write(add(2))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(count(disk.open(reads))).toBe(1);
    isBroken = false;
    await writer.write((tx) => add(tx.count('log') + 1)(tx));
    expect(count(disk.open(reads))).toBe(3);
    await disk.open(reads).write(add(4));
    expect(count(writer)).toBe(4);
  },
);
