import type { Database, Transaction } from 'lmdb';
import { given } from '../../core/base/given.ts';
import type { Pinned, RangeOptions, Row, Snapshot, TableName } from '../../ports/storage.ts';
import type { LmdbEnv } from './open-env.ts';
import { OpenRanges } from './open-ranges.ts';

type Table = Database<Buffer, Buffer>;

/** Reads tables; which snapshot answers (the reader's, or the write transaction's) LMDB knows by itself. */
export function lmdbSnapshot({ tables, guard }: LmdbEnv, ranges: OpenRanges): Snapshot {
  return {
    get(table, key) {
      if (isTooLong(key)) return undefined;
      guard?.beforeGet(table, key);
      return tables.get(table)?.getBinary(key as Buffer);
    },
    range(table, options = {}) {
      const rows = rangeOf(tables.get(table), options);
      return ranges.track(guard ? guard.rows(table, options, rows) : rows);
    },
    count: (table) => {
      const stats = tables.get(table)?.getStats() as { entryCount: number } | undefined;
      return stats?.entryCount ?? 0;
    },
  };
}

/**
 * The newest snapshot, held on to by a read transaction of its own. `check` throws once the environment is closed: LMDB
 * itself would end the process.
 */
export function pinSnapshot({ root, tables, guard }: LmdbEnv, check: () => void): Pinned {
  const transaction = root.useReadTransaction();
  const pinned = { transaction };
  const ranges = new OpenRanges(check);
  const range = (table: TableName, options: RangeOptions = {}) => {
    const rows = rangeOf(tables.get(table), options, pinned);
    return ranges.track(guard ? guard.rows(table, options, rows) : rows);
  };
  const snapshot: Snapshot = {
    get(table, key) {
      check();
      if (isTooLong(key)) return undefined;
      guard?.beforeGet(table, key);
      // The option is missing in the package's types.
      return (tables.get(table) as PinnedTable | undefined)?.getBinary(key as Buffer, pinned);
    },
    range,
    count(table) {
      // The statistics of a table are those of the shared read transaction.
      let rows = 0;
      for (const _ of range(table)) rows += 1;
      return rows;
    },
  };
  return {
    snapshot,
    release() {
      ranges.end();
      transaction.done();
    },
  };
}

type PinnedTable = { getBinary(key: Buffer, options: object): Buffer | undefined };

function rangeOf(
  table: Table | undefined,
  options: RangeOptions,
  pinned: { readonly transaction?: Transaction } = {},
): Iterable<Row> {
  if (!table) return [];
  const bounds = options.reverse
    ? // LMDB starts a reverse range at its upper bound, which it includes; ours does not.
      {
        start: bound(options.end),
        end: bound(options.start),
        exclusiveStart: true,
        inclusiveEnd: true,
        reverse: true,
      }
    : { start: bound(options.start), end: bound(options.end) };
  const limit = given({ limit: options.limit });
  return table.getRange({ ...withoutUndefined(bounds), ...limit, ...pinned });
}

/** The longest key that LMDB takes. No key of ours is half as long; one that is looked for may be of any length. */
const keyBytesMax = 1_978;

function isTooLong(key: Uint8Array): boolean {
  return key.length > keyBytesMax;
}

// Bounds that are undefined are left out afterwards.
function bound(key: Uint8Array | undefined): Buffer {
  return key?.subarray(0, keyBytesMax) as Buffer;
}

function withoutUndefined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
