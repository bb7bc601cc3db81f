import type { RowPut, Snapshot, WriteTx } from './storage.ts';

/** A write transaction on a snapshot that only remembers: `puts` are what it was told, in order. */
export function collectPuts(snapshot: Snapshot): { readonly tx: WriteTx; readonly puts: readonly RowPut[] } {
  const puts: RowPut[] = [];
  const tx: WriteTx = {
    get: (table, key) => snapshot.get(table, key),
    range: (table, options) => snapshot.range(table, options),
    count: (table) => snapshot.count(table),
    put: (table, key, value) => void puts.push({ table, key, value, append: false }),
    append: (table, key, value) => void puts.push({ table, key, value, append: true }),
    delete: (table, key) => void puts.push({ table, key, value: undefined, append: false }),
  };
  return { tx, puts };
}
