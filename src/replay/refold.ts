import { assert } from '../core/assert.ts';
import type { StoredRecord } from '../core/record.ts';
import { Catalog } from '../layout/catalog.ts';
import { toHex } from '../layout/hex.ts';
import { keyPosition, positionKey } from '../layout/keys.ts';
import { type Head, readHead, writeHead } from '../layout/meta.ts';
import { writeAll } from '../pipeline/checkpoint.ts';
import type { Progress, Reading } from '../pipeline/reading.ts';
import { Totals } from '../pipeline/totals.ts';
import { View } from '../pipeline/view.ts';
import type { Snapshot, Storage, TableName, WriteTx } from '../ports/storage.ts';

/** A record with its bytes as they stand in the log. */
interface RawRecord {
  readonly record: StoredRecord;
  readonly bytes: Uint8Array;
}

const pageRecords = 2_000;
const pageBytes = 4 * 1024 * 1024;
/** Rows that the fold keeps in memory before it writes them in key order. */
const overlayRecords = 16_384;

/**
 * Copies a log into another storage and folds it into new indexes there: the one way in which indexes are made from
 * nothing, for replay, verification and time travel. Resumable by the page, bounded in memory.
 */
export class Refold {
  private readonly target: Storage;
  private readonly view = new View(new Catalog());

  /** `target` is empty, or holds what an earlier Refold left in it. */
  constructor(target: Storage) {
    this.target = target;
    target.read((snapshot) => this.view.catchUp(snapshot));
  }

  /** Position up to which the target is folded. */
  get position(): number {
    return this.view.head.position;
  }

  /** Copies up to `to`, or to the end of the log as it is then. */
  async copy(
    source: Reading,
    options: { readonly to?: number; readonly onProgress?: Progress | undefined } = {},
  ): Promise<void> {
    for (;;) {
      const page = await source.read((view, snapshot) => {
        const end = Math.min(options.to ?? view.head.position, view.head.position);
        return { ...readPage(view.catalog, snapshot, this.position, end), total: end };
      });
      if (page.records.length > 0) this.append(page.records, page.tables);
      options.onProgress?.(this.position, page.total);
      if (this.position >= page.total) break;
    }
    this.flush();
  }

  /** Copies what a snapshot has beyond; done when it returns, so that the caller may hold a lock meanwhile. */
  copyRest(snapshot: Snapshot, catalog: Catalog): void {
    for (;;) {
      const page = readPage(catalog, snapshot, this.position, readHead(snapshot).position);
      if (page.records.length === 0) break;
      this.append(page.records, page.tables);
    }
    this.flush();
  }

  private append(records: readonly RawRecord[], tables: CopiedTables): void {
    // Their own transaction: a type must be there before records of it are folded.
    this.target.transact((tx) => copyTables(tx, tables));
    const last = records.at(-1)?.record;
    assert(last !== undefined, 'a page holds records');
    const totals = new Totals(this.view.head.counts);
    const settle = this.target.transact((tx) => {
      for (const { record, bytes } of records) {
        tx.put('log', positionKey(record.position), bytes, true);
        totals.addRecord(record.outcome, bytes.length);
        this.view.fold(tx, record, bytes.length, (before, after) => totals.addState(before, after));
      }
      const head: Head = { position: last.position, time: last.time, digest: toHex(last.digest), counts: totals.now };
      writeHead(tx, head);
      this.view.head = head;
      const due = this.position - this.view.watermark >= overlayRecords;
      return due ? writeAll(tx, this.view, new Map()).settle : undefined;
    });
    settle?.();
  }

  /** Writes the rest of the overlay. */
  private flush(): void {
    if (this.view.watermark === this.position) return;
    this.target.transact((tx) => writeAll(tx, this.view, new Map())).settle();
  }
}

/** Rows of the tables that records cannot be read without. */
type CopiedTables = readonly (readonly [TableName, Uint8Array, Uint8Array])[];

function readPage(
  catalog: Catalog,
  snapshot: Snapshot,
  after: number,
  end: number,
): { readonly records: readonly RawRecord[]; readonly tables: CopiedTables } {
  const records: RawRecord[] = [];
  let bytes = 0;
  for (const { key, value } of snapshot.range('log', {
    start: positionKey(after + 1),
    end: positionKey(end + 1),
    limit: pageRecords,
  })) {
    records.push({ record: catalog.decode(snapshot, keyPosition(key), value), bytes: value });
    bytes += value.length;
    if (bytes > pageBytes) break;
  }
  const tables: [TableName, Uint8Array, Uint8Array][] = [];
  for (const table of ['schemas', 'types'] as const) {
    for (const { key, value } of snapshot.range(table)) tables.push([table, key, value]);
  }
  return { records, tables };
}

function copyTables(tx: WriteTx, tables: CopiedTables): void {
  for (const [table, key, value] of tables) tx.put(table, key, value);
}

/** Copies the cursors of readers: they name positions, which a rebuild keeps. */
export function copyCursors(from: Snapshot, to: WriteTx): void {
  for (const { key, value } of from.range('cursors')) to.put('cursors', key, value);
}
