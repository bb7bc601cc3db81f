import type { Database } from 'lmdb';
import type { RangeOptions, Row, Snapshot, TableName } from '../../ports/storage.ts';

type Table = Database<Buffer, Buffer>;

/** Reads tables; which snapshot answers (the reader's, or the write transaction's) LMDB knows by itself. */
export function lmdbSnapshot(tables: ReadonlyMap<TableName, Table>): Snapshot {
  return {
    get: (table, key) => tables.get(table)?.getBinary(key as Buffer),
    range: (table, options) => rangeOf(tables.get(table), options ?? {}),
    count: (table) => {
      const stats = tables.get(table)?.getStats() as { entryCount: number } | undefined;
      return stats?.entryCount ?? 0;
    },
  };
}

function rangeOf(table: Table | undefined, options: RangeOptions): Iterable<Row> {
  if (!table) return [];
  const bounds = options.reverse
    ? // LMDB starts a reverse range at its upper bound, which it includes; ours does not.
      {
        start: options.end as Buffer,
        end: options.start as Buffer,
        exclusiveStart: true,
        inclusiveEnd: true,
        reverse: true,
      }
    : { start: options.start as Buffer, end: options.end as Buffer };
  const limit = options.limit === undefined ? {} : { limit: options.limit };
  return table.getRange({ ...withoutUndefined(bounds), ...limit });
}

function withoutUndefined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
