import type { RangeOptions, Row, Snapshot, Storage, TableName, WriteTx } from '../../ports/storage.ts';

/** First byte of a row in the upper layer: it hides a row below, or holds a value. */
const hidden = Uint8Array.of(0);
const held = 1;

/**
 * A storage of two layers: reads find what was written to `upper`, and below it what `lower` holds, which is never
 * changed. So any amount can be tried out upon an environment, for the space of what is written.
 *
 * Errors: those of `upper`.
 */
export function openLayeredStorage(lower: Snapshot, upper: Storage): Storage {
  return {
    readOnly: upper.readOnly,
    durability: 'memory',
    write: (work) => upper.write((tx) => work(layeredTransaction(lower, tx))),
    transact: (work) => upper.transact((tx) => work(layeredTransaction(lower, tx))),
    read: (work) => upper.read((snapshot) => work(layeredSnapshot(lower, snapshot))),
    pin() {
      const { snapshot, release } = upper.pin();
      return { snapshot: layeredSnapshot(lower, snapshot), release };
    },
    watch: (changed) => upper.watch(changed),
    isPresent: () => upper.isPresent(),
    size: () => upper.size(),
    findPageProblems: () => upper.findPageProblems(),
    backup: (file) => upper.backup(file),
    close: () => upper.close(),
  };
}

function layeredTransaction(lower: Snapshot, upper: WriteTx): WriteTx {
  return {
    ...layeredSnapshot(lower, upper),
    put: (table, key, value) => upper.put(table, key, heldRow(value)),
    append: (table, key, value) => upper.append(table, key, heldRow(value)),
    delete: (table, key) => upper.put(table, key, hidden),
  };
}

function layeredSnapshot(lower: Snapshot, upper: Snapshot): Snapshot {
  const range = (table: TableName, options: RangeOptions = {}) => mergedRange({ lower, upper }, table, options);
  return {
    get(table, key) {
      const row = upper.get(table, key);
      return row === undefined ? lower.get(table, key) : heldValue(row);
    },
    range,
    count(table) {
      let rows = 0;
      for (const _ of range(table)) rows += 1;
      return rows;
    },
  };
}

function heldRow(value: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(held), value]);
}

function heldValue(row: Uint8Array): Uint8Array | undefined {
  return row[0] === held ? row.subarray(1) : undefined;
}

/** The rows of both layers in order; of two with one key, the upper one counts. */
function* mergedRange(
  { lower, upper }: { readonly lower: Snapshot; readonly upper: Snapshot },
  table: TableName,
  { limit = Number.POSITIVE_INFINITY, ...bounds }: RangeOptions,
): Generator<Row> {
  const [below, above] = [new Rows(lower.range(table, bounds)), new Rows(upper.range(table, bounds))];
  let left = limit;
  try {
    while (left > 0) {
      const order = compare(below.next, above.next, bounds.reverse ?? false);
      const row = order < 0 ? below.next : above.next;
      if (!row) return;
      if (order <= 0) below.advance();
      if (order >= 0) above.advance();
      const value = order < 0 ? row.value : heldValue(row.value);
      if (!value) continue;
      left -= 1;
      yield { key: row.key, value };
    }
  } finally {
    below.close();
    above.close();
  }
}

/** Below 0 when `a` comes first, above 0 when `b` does, 0 for one key. What is over comes last. */
function compare(a: Row | undefined, b: Row | undefined, reverse: boolean): number {
  if (!a || !b) return Number(!a) - Number(!b);
  const order = Buffer.compare(a.key, b.key);
  return reverse ? -order : order;
}

/** Rows, one looked at ahead. */
class Rows {
  next: Row | undefined;
  private readonly rows: Iterator<Row>;

  constructor(rows: Iterable<Row>) {
    this.rows = rows[Symbol.iterator]();
    this.advance();
  }

  advance(): void {
    const { value, done } = this.rows.next();
    this.next = done ? undefined : value;
  }

  close(): void {
    this.rows.return?.();
  }
}
