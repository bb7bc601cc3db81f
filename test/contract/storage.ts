import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RangeOptions, type Snapshot, type Storage, type TableName, tableNames } from '../../src/ports/storage.ts';

/** One environment of a backend: every `open` gives another handle on the same data. */
export interface Subject {
  open(options?: { readonly readOnly?: boolean }): Storage;
  dispose(): Promise<void>;
  /** The table in which the backend has a row of its own. */
  readonly ownTable?: TableName;
  /** A new file name for a backup, and how to open one. Absent when the backend has no backup. */
  readonly backup?: { readonly file: string; open(file: string): Storage };
}

const bytes = (text: string) => Buffer.from(text);

/**
 * What every backend of the Storage port promises, beside its types. Each test starts on an empty environment.
 */
export function storageContract(name: string, make: () => Promise<Subject>): void {
  describe(`storage contract: ${name}`, () => {
    let subject: Subject;
    let storage: Storage;

    beforeEach(async () => {
      subject = await make();
      storage = subject.open();
    });

    afterEach(async () => {
      await storage.close();
      await subject.dispose();
    });

    const put = (entries: Record<string, string>, table: TableName = 'states') =>
      storage.write((tx) => {
        for (const [key, value] of Object.entries(entries)) tx.put(table, bytes(key), bytes(value));
      });

    describe('rows', () => contractOfRows({ put, current: () => storage, subject: () => subject }));
    describe('ranges', () => contractOfRanges({ put, current: () => storage, other: () => subject.open() }));
    describe('transactions', () =>
      contractOfTransactions({ put, current: () => storage, other: () => subject.open() }));
    describe('pins', () => contractOfPins({ put, current: () => storage, other: () => subject.open() }));
    describe('handles', () => contractOfHandles({ put, current: () => storage, subject: () => subject }));
  });
}

interface Context {
  put(entries: Record<string, string>, table?: TableName): Promise<void>;
  current(): Storage;
  other(): Storage;
}

function text(storage: Storage, key: string, table: TableName = 'states'): string | undefined {
  return storage.read((snapshot) => {
    const value = snapshot.get(table, bytes(key));
    return value && Buffer.from(value).toString();
  });
}

function keysOf(snapshot: Snapshot, options?: RangeOptions, table: TableName = 'states'): string[] {
  return [...snapshot.range(table, options)].map(({ key }) => Buffer.from(key).toString());
}

const keysIn = (storage: Storage, options?: RangeOptions, table: TableName = 'states') =>
  storage.read((snapshot) => keysOf(snapshot, options, table));

function contractOfRows({ put, current, subject }: Omit<Context, 'other'> & { subject(): Subject }): void {
  it('answers with nothing from tables that were never written', () => {
    for (const table of tableNames.filter((name) => name !== subject().ownTable)) {
      current().read((snapshot) => {
        expect(snapshot.get(table, bytes('a'))).toBeUndefined();
        expect([...snapshot.range(table)]).toEqual([]);
        expect([...snapshot.range(table, { reverse: true, limit: 1 })]).toEqual([]);
        expect(snapshot.count(table)).toBe(0);
      });
    }
  });

  it('keeps, replaces and deletes rows; deleting what is not there is fine', async () => {
    await put({ a: '1', b: '2' });
    await put({ a: '3' });
    await current().write((tx) => {
      tx.delete('states', bytes('b'));
      tx.delete('states', bytes('never'));
    });
    expect(text(current(), 'a')).toBe('3');
    expect(text(current(), 'b')).toBeUndefined();
    expect(keysIn(current())).toEqual(['a']);
  });

  it('keeps each table to itself', async () => {
    await put({ a: 'of states' }, 'states');
    await put({ a: 'of requests' }, 'requests');
    await current().write((tx) => tx.delete('states', bytes('a')));
    expect(text(current(), 'a', 'states')).toBeUndefined();
    expect(text(current(), 'a', 'requests')).toBe('of requests');
  });

  it('applies puts and deletes of one transaction in their order', async () => {
    await current().write((tx) => {
      tx.put('states', bytes('a'), bytes('1'));
      tx.put('states', bytes('a'), bytes('2'));
      tx.put('states', bytes('b'), bytes('1'));
      tx.delete('states', bytes('b'));
      tx.delete('states', bytes('c'));
      tx.put('states', bytes('c'), bytes('3'));
    });
    expect([text(current(), 'a'), text(current(), 'b'), text(current(), 'c')]).toEqual(['2', undefined, '3']);
  });

  it('counts the rows of a table', async () => {
    await put({ a: '1', b: '2', c: '3' });
    await put({ a: '4' });
    await current().write((tx) => tx.delete('states', bytes('b')));
    expect(current().read((snapshot) => snapshot.count('states'))).toBe(2);
  });

  it('keeps values of no bytes and of 1 MiB, byte for byte', async () => {
    const large = Buffer.alloc(1024 * 1024, 7);
    for (let i = 0; i < large.length; i += 997) large[i] = i % 251;
    await current().write((tx) => {
      tx.put('states', bytes('none'), Buffer.alloc(0));
      tx.put('states', bytes('large'), large);
    });
    current().read((snapshot) => {
      expect(snapshot.get('states', bytes('none'))?.length).toBe(0);
      expect(Buffer.compare(snapshot.get('states', bytes('large')) as Uint8Array, large)).toBe(0);
    });
  });

  it('keeps its own copy of what was put', async () => {
    const value = bytes('before');
    await current().write((tx) => tx.put('states', bytes('a'), value));
    value.write('after!');
    expect(text(current(), 'a')).toBe('before');
  });

  it('takes keys of 1 to 520 bytes', async () => {
    const keys = [1, 2, 8, 17, 255, 256, 511, 512, 517, 520].map((length) => Buffer.alloc(length, 0x61));
    await current().write((tx) => {
      for (const key of keys) tx.put('applied', key, bytes(String(key.length)));
    });
    expect(keysIn(current(), {}, 'applied').map((key) => key.length)).toEqual(keys.map((key) => key.length));
    for (const key of keys) expect(text(current(), key.toString(), 'applied')).toBe(String(key.length));
  });
}

function contractOfRanges({ put, current }: Context): void {
  const letters = { b: '', d: '', f: '', h: '' };

  it('includes the start, excludes the end, and takes bounds that are no keys', async () => {
    await put(letters);
    const range = (start?: string, end?: string) =>
      keysIn(current(), { ...(start && { start: bytes(start) }), ...(end && { end: bytes(end) }) });
    expect(range()).toEqual(['b', 'd', 'f', 'h']);
    expect(range('d', 'h')).toEqual(['d', 'f']);
    expect(range('c', 'g')).toEqual(['d', 'f']);
    expect(range('a', 'z')).toEqual(['b', 'd', 'f', 'h']);
    expect(range('d')).toEqual(['d', 'f', 'h']);
    expect(range(undefined, 'd')).toEqual(['b']);
    expect(range('d', 'd')).toEqual([]);
    expect(range('h', 'b')).toEqual([]);
    expect(range('x')).toEqual([]);
  });

  it.each([521, 2_000, 5_000, 100_000])(
    'finds nothing by a key of %d bytes, and takes it for a bound',
    async (length) => {
      await put(letters);
      const long = (first: string) => bytes(first.padEnd(length, 'x'));
      expect(text(current(), 'd'.padEnd(length, 'x'))).toBeUndefined();
      for (const reverse of [false, true]) {
        const rows = keysIn(current(), { start: long('b'), end: long('f'), reverse });
        expect(reverse ? rows.reverse() : rows).toEqual(['d', 'f']);
      }
      const pinned = current().pin();
      expect(pinned.snapshot.get('states', long('d'))).toBeUndefined();
      expect(keysOf(pinned.snapshot, { start: long('f') })).toEqual(['h']);
      pinned.release();
    },
  );

  it('yields the same rows from the end down when reverse', async () => {
    await put(letters);
    const range = (start?: string, end?: string) =>
      keysIn(current(), {
        reverse: true,
        ...(start && { start: bytes(start) }),
        ...(end && { end: bytes(end) }),
      });
    expect(range()).toEqual(['h', 'f', 'd', 'b']);
    expect(range('d', 'h')).toEqual(['f', 'd']);
    expect(range('c', 'g')).toEqual(['f', 'd']);
    expect(range('d')).toEqual(['h', 'f', 'd']);
    expect(range(undefined, 'd')).toEqual(['b']);
    expect(range('d', 'd')).toEqual([]);
  });

  it('stops at the limit, in both directions', async () => {
    await put(letters);
    expect(keysIn(current(), { limit: 2 })).toEqual(['b', 'd']);
    expect(keysIn(current(), { limit: 2, reverse: true })).toEqual(['h', 'f']);
    expect(keysIn(current(), { start: bytes('d'), limit: 1 })).toEqual(['d']);
    expect(keysIn(current(), { end: bytes('h'), limit: 1, reverse: true })).toEqual(['f']);
    expect(keysIn(current(), { limit: 9 })).toHaveLength(4);
    expect(keysIn(current(), { limit: 0 })).toEqual([]);
  });

  it('gives the value with each key', async () => {
    await put({ a: 'first', b: 'second' });
    const rows = current().read((snapshot) =>
      [...snapshot.range('states')].map(({ key, value }) => [
        Buffer.from(key).toString(),
        Buffer.from(value).toString(),
      ]),
    );
    expect(rows).toEqual([
      ['a', 'first'],
      ['b', 'second'],
    ]);
  });

  it('reads other rows while a range is under way', async () => {
    await put({ a: 'x', b: 'y', c: 'z' });
    const values = current().read((snapshot) =>
      [...snapshot.range('states')].map(() =>
        keysOf(snapshot, { reverse: true })
          .map((key) => Buffer.from(snapshot.get('states', bytes(key)) as Uint8Array).toString())
          .join(''),
      ),
    );
    expect(values).toEqual(['zyx', 'zyx', 'zyx']);
  });

  it('orders keys by their bytes, whatever they are', async () => {
    const keys = fc.uniqueArray(fc.uint8Array({ minLength: 1, maxLength: 12 }), {
      minLength: 1,
      maxLength: 20,
      selector: (key) => Buffer.from(key).toString('hex'),
    });
    await fc.assert(
      fc.asyncProperty(keys, async (written) => {
        await current().write((tx) => {
          for (const { key } of tx.range('postings')) tx.delete('postings', Buffer.from(key));
          for (const key of written) tx.put('postings', key, bytes('v'));
        });
        const hex = (key: Uint8Array) => Buffer.from(key).toString('hex');
        const found = current().read((snapshot) => [...snapshot.range('postings')].map(({ key }) => hex(key)));
        const sorted = written.map((key) => Buffer.from(key)).sort(Buffer.compare);
        expect(found).toEqual(sorted.map(hex));
        const middle = sorted[Math.floor(sorted.length / 2)] as Buffer;
        const upper = current().read((snapshot) =>
          [...snapshot.range('postings', { start: middle })].map(({ key }) => hex(key)),
        );
        expect(upper).toEqual(sorted.slice(Math.floor(sorted.length / 2)).map(hex));
      }),
      { numRuns: 40 },
    );
  });
}

function contractOfTransactions({ put, current }: Context): void {
  it('keep no snapshot for ranges that were left half way', async () => {
    await put({ a: '1', b: '2', c: '3' });
    const before = current().size();
    for (let i = 0; i < 20; i++) {
      const first = current().read((snapshot) => snapshot.range('states')[Symbol.iterator]().next());
      expect(Buffer.from(first.value?.key ?? '').toString()).toBe('a');
      await current().write((tx) => {
        expect(tx.range('states')[Symbol.iterator]().next().value).toBeDefined();
        tx.put('states', bytes('b'), bytes(`${i}`));
      });
    }
    expect(current().size().readers).toBe(before.readers);
  });

  it('answers reads as of the start of the transaction', async () => {
    await put({ a: 'old', b: 'old' });
    await current().write((tx) => {
      tx.put('states', bytes('a'), bytes('new'));
      tx.put('states', bytes('c'), bytes('new'));
      tx.delete('states', bytes('b'));
      expect(Buffer.from(tx.get('states', bytes('a')) as Uint8Array).toString()).toBe('old');
      expect(tx.get('states', bytes('c'))).toBeUndefined();
      expect(keysOf(tx)).toEqual(['a', 'b']);
      expect(tx.count('states')).toBe(2);
    });
    expect(keysIn(current())).toEqual(['a', 'c']);
  });

  it('gives what the work returns', async () => {
    expect(await current().write(() => 42)).toBe(42);
    expect(current().read(() => 'read')).toBe('read');
    expect(current().transact(() => 'at once')).toBe('at once');
  });

  it('leaves nothing when the work throws, and passes the very error on', async () => {
    await put({ a: 'kept' });
    const error = new Error('of the work');
    const failing = current().write((tx) => {
      tx.put('states', bytes('a'), bytes('lost'));
      tx.append('log', bytes('1'), bytes('lost'));
      throw error;
    });
    await expect(failing).rejects.toBe(error);
    expect(text(current(), 'a')).toBe('kept');
    expect(keysIn(current(), {}, 'log')).toEqual([]);
    await put({ b: 'goes on' });
    expect(text(current(), 'b')).toBe('goes on');
  });

  it('appends in order', async () => {
    await current().write((tx) => {
      tx.append('log', bytes('1'), bytes('a'));
      tx.append('log', bytes('2'), bytes('b'));
    });
    await current().write((tx) => tx.append('log', bytes('3'), bytes('c')));
    expect(keysIn(current(), {}, 'log')).toEqual(['1', '2', '3']);
  });

  it.each([
    ['before the last key', '1'],
    ['at the last key', '2'],
  ])('refuses an append %s, with nothing of its transaction', async (_, key) => {
    await current().write((tx) => tx.append('log', bytes('2'), bytes('b')));
    const failing = current().write((tx) => {
      tx.put('states', bytes('a'), bytes('lost'));
      tx.append('log', bytes(key), bytes('x'));
      tx.put('states', bytes('b'), bytes('lost'));
    });
    await expect(failing).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(keysIn(current(), {}, 'log')).toEqual(['2']);
    expect(text(current(), '2', 'log')).toBe('b');
    expect(keysIn(current())).toEqual([]);
    await current().write((tx) => tx.append('log', bytes('3'), bytes('c')));
    expect(keysIn(current(), {}, 'log')).toEqual(['2', '3']);
  });

  it('refuses an append out of order within one transaction', async () => {
    const failing = current().write((tx) => {
      tx.append('log', bytes('2'), bytes('b'));
      tx.append('log', bytes('1'), bytes('a'));
    });
    await expect(failing).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(keysIn(current(), {}, 'log')).toEqual([]);
  });

  it('commits when the work returns a promise, and does not stay open for it', async () => {
    let finish = (_: string) => {};
    const later = new Promise<string>((resolve) => {
      finish = resolve;
    });
    const first = current().write((tx) => {
      tx.put('states', bytes('a'), bytes('1'));
      return later;
    });
    await put({ b: '2' });
    expect(keysIn(current())).toEqual(['a', 'b']);
    finish('late');
    expect(await first).toBe('late');
  });

  it('applies writes one after another, each on what the one before left', async () => {
    const step = () =>
      current().write((tx) => {
        const row = tx.get('meta', bytes('n'));
        tx.put('meta', bytes('n'), bytes(`${row ? Buffer.from(row) : ''}x`));
      });
    await Promise.all([step(), step(), step(), step()]);
    expect(text(current(), 'n', 'meta')).toBe('xxxx');
  });

  it('is done with a `transact` when it returns, and leaves nothing when its work throws', () => {
    current().transact((tx) => tx.put('states', bytes('a'), bytes('1')));
    expect(text(current(), 'a')).toBe('1');
    expect(() =>
      current().transact((tx) => {
        tx.put('states', bytes('a'), bytes('2'));
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(text(current(), 'a')).toBe('1');
  });
}

function contractOfPins({ put, current, other }: Context): void {
  it('hold a snapshot whatever is written later, by anyone, until they are released', async () => {
    await put({ a: '1', b: '2' });
    const first = current().pin();
    await put({ a: 'later', c: '3' });
    const second = current().pin();
    const handle = other();
    for (let i = 0; i < 50; i++) {
      await handle.write((tx) => {
        tx.put('states', bytes('a'), Buffer.alloc(3_000, i));
        tx.delete('states', bytes('b'));
      });
      // Each round lets the storage renew what it reads on by itself.
      await new Promise((resolve) => setTimeout(resolve, 1));
      expect(keysIn(current())).toEqual(['a', 'c']);
    }
    const seen = ({ snapshot }: { snapshot: Snapshot }) => [
      Buffer.from(snapshot.get('states', bytes('a')) ?? []).toString(),
      keysOf(snapshot),
      keysOf(snapshot, { reverse: true, limit: 1 }),
      snapshot.count('states'),
      snapshot.get('states', bytes('z')),
    ];
    expect(seen(first)).toEqual(['1', ['a', 'b'], ['b'], 2, undefined]);
    expect(seen(second)).toEqual(['later', ['a', 'b', 'c'], ['c'], 3, undefined]);
    first.release();
    expect(seen(second)).toEqual(['later', ['a', 'b', 'c'], ['c'], 3, undefined]);
    second.release();
    second.release();
    expect(keysIn(current())).toEqual(['a', 'c']);
    await handle.close();
  });

  it('end with their storage', async () => {
    await put({ a: '1' });
    const handle = other();
    const pinned = handle.pin();
    await handle.close();
    pinned.release();
    expect(() => handle.pin()).toThrow(expect.objectContaining({ code: 'ENV_CLOSED' }));
    expect(text(current(), 'a')).toBe('1');
  });
}

function contractOfHandles(context: Omit<Context, 'other'> & { subject(): Subject }): void {
  const { put, current, subject } = context;

  it('shows each handle what the other one committed, at once', async () => {
    const other = subject().open();
    for (let i = 0; i < 20; i++) {
      await put({ a: String(i) });
      expect(text(other, 'a')).toBe(String(i));
      await other.write((tx) => {
        expect(Buffer.from(tx.get('states', bytes('a')) as Uint8Array).toString()).toBe(String(i));
        tx.put('states', bytes('b'), bytes(String(i)));
        tx.delete('states', bytes('a'));
      });
      expect(text(current(), 'b')).toBe(String(i));
      expect(text(current(), 'a')).toBeUndefined();
      expect(other.read((snapshot) => snapshot.count('states'))).toBe(1);
      expect(current().read((snapshot) => snapshot.count('states'))).toBe(1);
    }
    await other.close();
    await put({ c: 'still open' });
    expect(text(current(), 'c')).toBe('still open');
  });

  it('keeps all after closing and opening again', async () => {
    await put({ a: '1' });
    await current().close();
    const again = subject().open();
    expect(text(again, 'a')).toBe('1');
    await again.close();
  });

  it('tells watchers of commits by any handle, until they stop', async () => {
    const other = subject().open();
    let heard = 0;
    const stop = current().watch(() => {
      heard += 1;
    });
    const hears = async (work: () => Promise<unknown>) => {
      const before = heard;
      await work();
      for (let i = 0; i < 400 && heard === before; i++) await new Promise((resolve) => setTimeout(resolve, 5));
      return heard > before;
    };
    expect(await hears(() => put({ a: '1' }))).toBe(true);
    expect(await hears(() => other.write((tx) => tx.put('states', bytes('b'), bytes('2'))))).toBe(true);
    stop();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const before = heard;
    await put({ c: '3' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard).toBe(before);
    await other.close();
  });

  it('reads but never writes when opened read-only', async () => {
    await put({ a: '1' });
    const reader = subject().open({ readOnly: true });
    expect(reader.readOnly).toBe(true);
    expect(text(reader, 'a')).toBe('1');
    let ran = false;
    const work = () => {
      ran = true;
    };
    await expect(reader.write(work)).rejects.toMatchObject({ code: 'ENV_READ_ONLY' });
    expect(() => reader.transact(work)).toThrow(expect.objectContaining({ code: 'ENV_READ_ONLY' }));
    expect(ran).toBe(false);
    await put({ b: '2' });
    expect(text(reader, 'b')).toBe('2');
    await reader.close();
  });

  it('refuses everything once it is closed; closing twice is fine', async () => {
    const handle = subject().open();
    await handle.close();
    await handle.close();
    await expect(handle.write(() => 1)).rejects.toMatchObject({ code: 'ENV_CLOSED' });
    expect(() => handle.read(() => 1)).toThrow(expect.objectContaining({ code: 'ENV_CLOSED' }));
  });

  it('tells its size and finds its own structure sound', async () => {
    await put({ a: '1' });
    const { journal = {}, ...size } = current().size();
    for (const number of [...Object.values(size), ...Object.values(journal)]) expect(number).toBeGreaterThanOrEqual(0);
    expect([...current().findPageProblems()].flat()).toEqual([]);
  });

  it('backs up to a new file, or says that it cannot', async () => {
    await put({ a: '1', b: '2' });
    const { backup } = subject();
    if (!backup) {
      await expect(current().backup('anywhere')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
      return;
    }
    await current().backup(backup.file);
    await put({ a: 'later' });
    await expect(current().backup(backup.file)).rejects.toMatchObject({ code: 'BACKUP_EXISTS' });
    const copy = backup.open(backup.file);
    expect([text(copy, 'a'), text(copy, 'b')]).toEqual(['1', '2']);
    await copy.close();
  });
}
