import { TxlogError } from '../../core/base/errors.ts';
import { collectPuts } from '../../ports/collect-puts.ts';
import {
  type LockableStorage,
  type RangeOptions,
  type Row,
  type RowPut,
  type Snapshot,
  type Storage,
  type TableName,
  tableNames,
} from '../../ports/storage.ts';

interface Table {
  readonly rows: Map<string, Uint8Array>;
  /** Keys in order, until the next write. */
  sorted: readonly string[] | undefined;
}

/**
 * An environment that lives in this process only: for tests, simulations and what-if runs. Several handles may
 * share one `MemoryFiles`, as processes share an environment on disk.
 */
export class MemoryFiles {
  readonly tables = new Map<TableName, Table>(tableNames.map((name) => [name, { rows: new Map(), sorted: undefined }]));
  readonly watchers = new Set<() => void>();
}

/** Opens a handle on `files`. */
export function openMemoryStorage(files: MemoryFiles = new MemoryFiles(), readOnly = false): LockableStorage {
  let closed = false;
  const snapshot = memorySnapshot(files);
  const open = () => {
    if (closed) throw new TxlogError('ENV_CLOSED', 'the environment is closed');
  };
  const transact: Storage['transact'] = (work) => {
    open();
    if (readOnly) throw new TxlogError('ENV_READ_ONLY', 'the environment was opened read-only');
    const { tx, puts } = collectPuts(snapshot);
    const result = work(tx);
    commit(puts);
    return result;
  };
  const commit = (puts: readonly RowPut[]) => {
    applyPuts(files, puts);
    for (const changed of files.watchers) changed();
  };
  return {
    readOnly,
    durability: 'memory',
    write: async (work) => transact(work),
    transact,
    lock(work) {
      open();
      return work({ snapshot, commit });
    },
    read(work) {
      open();
      return work(snapshot);
    },
    pin() {
      open();
      return { snapshot: memorySnapshot(copyOf(files)), release() {} };
    },
    watch(changed) {
      files.watchers.add(changed);
      return () => void files.watchers.delete(changed);
    },
    isPresent: () => true,
    size: () => ({ fileBytes: 0, mapBytes: 0, usedBytes: 0, readers: 0 }),
    findPageProblems: () => [],
    backup: () => Promise.reject(new TxlogError('STORAGE_FAILED', 'an environment in memory has no file to back up')),
    async close() {
      closed = true;
    },
  };
}

/** The rows as they are now; bytes are never changed, so they are shared. */
function copyOf(files: MemoryFiles): MemoryFiles {
  const copy = new MemoryFiles();
  for (const [name, { rows }] of files.tables) copy.tables.set(name, { rows: new Map(rows), sorted: undefined });
  return copy;
}

function memorySnapshot(files: MemoryFiles): Snapshot {
  return {
    get: (table, key) => tableOf(files, table).rows.get(keyText(key)),
    range: (table, options) => rangeOf(tableOf(files, table), options ?? {}),
    count: (table) => tableOf(files, table).rows.size,
  };
}

/** Applies rows as a whole, or refuses them all. */
function applyPuts(files: MemoryFiles, puts: readonly RowPut[]): void {
  const greatest = new Map<TableName, string>();
  const writes = puts.map(({ table, key, value, append }) => ({
    table,
    key: keyText(key),
    value: value && Uint8Array.from(value),
    append,
  }));
  for (const { table, key, append } of writes) {
    if (!append) continue;
    const last = greatest.get(table) ?? sortedKeys(tableOf(files, table)).at(-1) ?? '';
    if (key <= last) throw new TxlogError('STORAGE_FAILED', `append to ${table} out of order`);
    greatest.set(table, key);
  }
  for (const { table, key, value } of writes) {
    const { rows } = tableOf(files, table);
    if (!rows.has(key) || !value) tableOf(files, table).sorted = undefined;
    if (value) rows.set(key, value);
    else rows.delete(key);
  }
}

function* rangeOf(table: Table, options: RangeOptions): Generator<Row> {
  const keys = sortedKeys(table);
  const first = options.start ? firstAt(keys, keyText(options.start)) : 0;
  const end = options.end ? firstAt(keys, keyText(options.end)) : keys.length;
  const count = Math.max(0, Math.min(end - first, options.limit ?? keys.length));
  for (let i = 0; i < count; i++) {
    const key = keys[options.reverse ? end - 1 - i : first + i] as string;
    const value = table.rows.get(key);
    if (value) yield { key: Buffer.from(key, 'latin1'), value };
  }
}

function sortedKeys(table: Table): readonly string[] {
  table.sorted ??= [...table.rows.keys()].sort();
  return table.sorted;
}

/** Index of the first key that is not before `bound`. */
function firstAt(keys: readonly string[], bound: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

function tableOf(files: MemoryFiles, name: TableName): Table {
  const table = files.tables.get(name);
  if (!table) throw new TxlogError('STORAGE_FAILED', `no table ${name}`);
  return table;
}

/** One character a byte keeps byte order under string comparison. */
function keyText(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}
