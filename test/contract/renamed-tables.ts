import type { Snapshot, Storage, TableName, WriteTx } from '../../src/ports/storage.ts';

/** The same storage, some of whose tables stand for others: the suite meets them under the names that it uses. */
export function renamedTables(storage: Storage, names: Partial<Record<TableName, TableName>>): Storage {
  const name = (table: TableName) => names[table] ?? table;
  const snapshotOf = (snapshot: Snapshot): Snapshot => ({
    get: (table, key) => snapshot.get(name(table), key),
    range: (table, options) => snapshot.range(name(table), options),
    count: (table) => snapshot.count(name(table)),
  });
  const txOf = (tx: WriteTx): WriteTx => ({
    ...snapshotOf(tx),
    put: (table, key, value) => tx.put(name(table), key, value),
    append: (table, key, value) => tx.append(name(table), key, value),
    delete: (table, key) => tx.delete(name(table), key),
  });
  return {
    ...storage,
    write: (work) => storage.write((tx) => work(txOf(tx))),
    transact: (work) => storage.transact((tx) => work(txOf(tx))),
    read: (work) => storage.read((snapshot) => work(snapshotOf(snapshot))),
    pin() {
      const { snapshot, release } = storage.pin();
      return { snapshot: snapshotOf(snapshot), release };
    },
  };
}
