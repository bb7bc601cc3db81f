import { assert } from '../core/base/assert.ts';
import type { FoldedRecord } from '../core/log/record.ts';
import { toHex } from '../layout/hex.ts';
import { keyPosition, positionKey, textKey } from '../layout/keys.ts';
import { type Head, readHead, writeHead } from '../layout/meta.ts';
import { namedType, recordDigest, schemaNumber } from '../layout/record-codec.ts';
import { TypeRegistry, typeKey } from '../layout/type-registry.ts';
import type { Snapshot, Storage, TableName, WriteTx } from '../ports/storage.ts';
import { checkpointInSteps } from '../view/checkpoint.ts';
import type { Progress, ViewReader } from '../view/reader.ts';
import { Totals } from '../view/totals.ts';
import { type LoopTurn, type LoopTurns, type Steps, takeAllSteps } from '../view/turns.ts';
import { View } from '../view/view.ts';

/** A record with its bytes as they stand in the log. */
interface RawRecord {
  readonly record: FoldedRecord;
  readonly bytes: Uint8Array;
}

const pageRecords = 2_000;
const pageBytes = 4 * 1024 * 1024;
/** Records that are read or folded for one look at the clock. */
const recordsPerLook = 16;
/** Rows that the fold keeps in memory before it writes them in key order. */
const overlayRecords = 16_384;

/**
 * Copies a log into another storage and folds it into new indexes there: the one way in which indexes are made from
 * nothing, for replay, verification and time travel. Resumable by the page, bounded in memory.
 */
export class Refold {
  private readonly target: Storage;
  private readonly turns: LoopTurns | undefined;
  private readonly view = new View(new TypeRegistry());

  /** `target` is empty, or holds what an earlier Refold left in it. Without `turns` it takes no heed of others. */
  constructor(target: Storage, turns?: LoopTurns) {
    this.target = target;
    this.turns = turns;
    target.read((snapshot) => this.view.catchUp(snapshot));
  }

  /** Position up to which the target is folded. */
  get position(): number {
    return this.view.head.position;
  }

  /** Copies up to `to`, or to the end of the log as it is then. */
  async copy(
    source: ViewReader,
    options: { readonly to?: number; readonly onProgress?: Progress | undefined } = {},
  ): Promise<void> {
    for (;;) {
      const page = await source.read((cut, turn) => {
        const end = Math.min(options.to ?? cut.head.position, cut.head.position);
        return { ...readPage(cut.typeRegistry, cut.snapshot, { after: this.position, end, turn }), total: end };
      });
      if (page.records.length > 0) await this.run(this.append(page.records, page.tables));
      options.onProgress?.(this.position, page.total);
      if (this.position >= page.total) break;
    }
    await this.run(this.flush());
  }

  private async run(work: Steps<void>): Promise<void> {
    if (this.turns) await this.turns.run(work);
    else takeAllSteps(work);
  }

  /** Copies what a snapshot has beyond, in steps: all at once where the caller holds a lock meanwhile. */
  *copyRest(snapshot: Snapshot, typeRegistry: TypeRegistry): Steps<void> {
    for (;;) {
      const page = readPage(typeRegistry, snapshot, { after: this.position, end: readHead(snapshot).position });
      if (page.records.length === 0) break;
      yield* this.append(page.records, page.tables);
    }
    yield* this.flush();
  }

  /** Appends records in transactions that are short, and folds them. */
  private *append(records: readonly RawRecord[], tables: CopiedTables): Steps<void> {
    // Their own transaction: a type must be there before records of it are folded.
    this.target.transact((tx) => copyTables(tx, tables));
    for (let done = 0; done < records.length; done += this.appendSome(records.slice(done))) yield;
    if (this.position - this.view.watermark >= overlayRecords) yield* this.flush();
  }

  /** Appends as many as there is room for in this turn; one at least. */
  private appendSome(records: readonly RawRecord[]): number {
    const totals = new Totals(this.view.head.counts);
    let count = 0;
    this.target.transact((tx) => {
      for (const { record, bytes } of records) {
        if (count > 0 && count % recordsPerLook === 0 && this.turns?.isOver) break;
        count += 1;
        tx.append('log', positionKey(record.position), bytes);
        totals.addRecord(record.outcome, bytes.length);
        this.view.fold(tx, { record, bytes: bytes.length }, (before, after) =>
          totals.addState(before, after, record.time),
        );
      }
      const last = records[count - 1];
      assert(last !== undefined, 'a page holds records');
      const { position, time } = last.record;
      const head: Head = { position, time, digest: toHex(recordDigest(last.bytes)), counts: totals.now };
      writeHead(tx, head);
      totals.themes.write(tx);
      this.view.head = head;
    });
    return count;
  }

  /** Writes the overlay, in transactions that are small enough to be held in memory. */
  private flush(): Steps<void> {
    return checkpointInSteps(this.target, this.view, this.turns);
  }
}

/** Rows of the tables that records cannot be read without. */
type CopiedTables = readonly (readonly [TableName, Uint8Array, Uint8Array])[];

function readPage(
  typeRegistry: TypeRegistry,
  snapshot: Snapshot,
  { after, end, turn }: { readonly after: number; readonly end: number; readonly turn?: LoopTurn },
): { readonly records: readonly RawRecord[]; readonly tables: CopiedTables } {
  const records: RawRecord[] = [];
  const tables: [TableName, Uint8Array, Uint8Array][] = [];
  for (const { key, value } of snapshot.range('schemas')) {
    // That of this version is there already, whatever became of its row.
    if (keyPosition(key) !== schemaNumber) tables.push(['schemas', key, value]);
  }
  let bytes = 0;
  for (const { key, value } of snapshot.range('log', {
    start: positionKey(after + 1),
    end: positionKey(end + 1),
    limit: pageRecords,
  })) {
    // The log names its types: a table that says otherwise is not carried over.
    const named = namedType(keyPosition(key), value);
    if (named) {
      typeRegistry.learn(named);
      tables.push(['types', typeKey(named.type), textKey(named.name)]);
    }
    records.push({
      record: typeRegistry.decodeFolded(snapshot, { position: keyPosition(key), bytes: value }),
      bytes: value,
    });
    bytes += value.length;
    if (bytes > pageBytes) break;
    if (records.length % recordsPerLook === 0 && turn?.isOver) break;
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
