// Goal: a copy of the tables has all that was durable before it was begun, also when a checkpoint takes a part of the journal
// into the tables while the copy is made. Method: two processes on files in memory, the moments placed by hand.
import { expect, it } from 'vitest';
import { addTail } from '../../src/environment/open-storage.ts';
import { positionKey } from '../../src/layout/keys.ts';
import { emptyHead, readHead, readWatermark, writeHead, writeWatermark } from '../../src/layout/meta.ts';
import type { LockableStorage, Pinned, Storage, WriteTx } from '../../src/ports/storage.ts';
import { openJournaledStorage } from '../../src/storage/journal/journaled-storage.ts';
import { firstMark, markPut } from '../../src/storage/journal/mark.ts';
import { publishedBytes } from '../../src/storage/journal/published.ts';
import { MemoryFiles, openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';

const tables = new MemoryFiles();
openMemoryStorage(tables).lock(({ commit }) => commit([markPut(firstMark())]));
const [entries, published] = [Buffer.alloc(16_384), Buffer.alloc(publishedBytes)];

function open(on: LockableStorage = openMemoryStorage(tables)): Storage {
  const file = (bytes: Buffer) => ({
    room: bytes.length,
    read: (at: number, length: number) => Buffer.from(bytes.subarray(at, at + length)),
    write: (at: number, written: Uint8Array) => bytes.set(written, at),
    isFast: true,
    sync() {},
    async syncSoon() {},
    close() {},
  });
  return openJournaledStorage(on, {
    entries: file(entries),
    published: file(published),
    boot: 'now',
    lock: (work) => work(),
    requireRoom() {},
    watch: () => () => {},
    close() {},
  });
}

function add(tx: WriteTx): void {
  const position = readHead(tx).position + 1;
  tx.append('log', positionKey(position), Buffer.from(`record ${position}`));
  tx.put('types', Buffer.from(`type ${position}`), Buffer.alloc(1));
  writeHead(tx, { ...emptyHead, position });
}

it('has the records that a checkpoint under way does not take', async () => {
  const [writer, reader] = [open(), open()];
  await writer.write(add, 'log');
  let before: Pinned | undefined;
  const under = openMemoryStorage(tables);
  const checkpointer = open({
    ...under,
    lock: (work) =>
      under.lock(({ snapshot, commit }) =>
        work({
          snapshot,
          commit(puts) {
            // It has looked at the journal already.
            writer.transact(add);
            before = reader.pin();
            commit(puts);
          },
        }),
      ),
  });
  await checkpointer.write((tx) => writeWatermark(tx, readHead(tx).position), 'indexes');
  const copy = openMemoryStorage(tables);
  expect(copy.read(readHead).position).toBe(1);
  copy.transact((tx) => addTail(tx, before?.snapshot ?? expect.fail('no copy was made')));
  const found = copy.read((snapshot) => ({
    head: readHead(snapshot).position,
    records: snapshot.count('log'),
    types: snapshot.count('types'),
    watermark: readWatermark(snapshot),
  }));
  expect(found).toEqual({ head: 2, records: 2, types: 2, watermark: 1 });
});
