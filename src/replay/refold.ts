import { assert } from '../core/base/assert.ts';
import type { FoldedRecord } from '../core/log/record.ts';
import { Catalog, typeKey } from '../layout/catalog.ts';
import { toHex } from '../layout/hex.ts';
import { keyPosition, positionKey, textKey } from '../layout/keys.ts';
import { type Head, readHead, writeHead } from '../layout/meta.ts';
import { namedType, recordDigest } from '../layout/record.ts';
import type { Snapshot, Storage, TableName, WriteTx } from '../ports/storage.ts';
import { startCheckpoint, writeSlice } from '../view/checkpoint.ts';
import type { Progress, Reading } from '../view/reader.ts';
import { Totals } from '../view/totals.ts';
import { View } from '../view/view.ts';

/** A record with its bytes as they stand in the log. */
interface RawRecord {
  readonly record: FoldedRecord;
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
    const last = records.at(-1);
    assert(last !== undefined, 'a page holds records');
    const totals = new Totals(this.view.head.counts);
    this.target.transact((tx) => {
      for (const { record, bytes } of records) {
        tx.put('log', positionKey(record.position), bytes, true);
        totals.addRecord(record.outcome, bytes.length);
        this.view.fold(tx, record, bytes.length, (before, after) => totals.addState(before, after, record.time));
      }
      const { position, time } = last.record;
      const head: Head = { position, time, digest: toHex(recordDigest(last.bytes)), counts: totals.now };
      writeHead(tx, head);
      totals.themes.write(tx);
      this.view.head = head;
    });
    if (this.position - this.view.watermark >= overlayRecords) this.flush();
  }

  /** Writes the overlay, in transactions that are small enough to be held in memory. */
  private flush(): void {
    if (this.view.watermark === this.position) return;
    const checkpoint = startCheckpoint(this.view);
    for (let done = false; !done; ) {
      const slice = this.target.transact((tx) => writeSlice(tx, this.view, checkpoint));
      slice.settle();
      ({ done } = slice);
    }
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
  const tables: [TableName, Uint8Array, Uint8Array][] = [];
  for (const { key, value } of snapshot.range('schemas')) tables.push(['schemas', key, value]);
  let bytes = 0;
  for (const { key, value } of snapshot.range('log', {
    start: positionKey(after + 1),
    end: positionKey(end + 1),
    limit: pageRecords,
  })) {
    // The log names its types: a table that says otherwise is not carried over.
    const named = namedType(keyPosition(key), value);
    if (named) {
      catalog.learn(named);
      tables.push(['types', typeKey(named.type), textKey(named.name)]);
    }
    records.push({ record: catalog.decodeFolded(snapshot, keyPosition(key), value), bytes: value });
    bytes += value.length;
    if (bytes > pageBytes) break;
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
