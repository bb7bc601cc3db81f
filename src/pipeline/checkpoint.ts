import { limits } from '../core/limits.ts';
import type { State } from '../core/state.ts';
import { chunkKey, positionKey, requestKey, textKey } from '../layout/keys.ts';
import { extendPostings, typeList } from '../layout/lists.ts';
import { readWatermark, writeWatermark } from '../layout/meta.ts';
import { encodePositions } from '../layout/positions.ts';
import { encodeStateRow } from '../layout/state-row.ts';
import type { WriteTx } from '../ports/storage.ts';
import type { Entry, View } from './view.ts';

/** When the overlay goes into the indexes: after so many records or bytes. 0 is the plain synchronous engine. */
export interface CheckpointBounds {
  readonly records: number;
  readonly bytes: number;
}

/**
 * A checkpoint under way: what is left to write, in key order, before the watermark may move to `target`. Each list is
 * sorted in a step of its own: together they would keep a waiting request too long.
 */
export interface Checkpoint {
  readonly target: number;
  keys: readonly string[] | undefined;
  ids: readonly string[] | undefined;
  next: number;
}

/** Starts a checkpoint of all that the overlay holds now. */
export function startCheckpoint(view: View): Checkpoint {
  return { target: view.head.position, keys: [...view.entries.keys()].sort(), ids: undefined, next: 0 };
}

/** Whether the tail of the log is long enough for a checkpoint. `now` in ms since 1970. */
export function isDue(view: View, bounds: CheckpointBounds, now: number): boolean {
  const tail = view.head.position - view.watermark;
  if (bounds.records === 0 && tail > limits.atOnceRecordsMax) return now - view.tailTime > limits.tailAgeMsMax;
  return view.head.position - view.watermark > bounds.records || view.tailBytes > bounds.bytes;
}

/**
 * Writes the next rows, up to the bounds of a slice. Each row says up to which position it is folded, so a checkpoint
 * that stops half way, or is made by two processes at once, is harmless. Returns what to do once the rows are durable.
 */
export function writeSlice(
  tx: WriteTx,
  view: View,
  checkpoint: Checkpoint,
): { readonly done: boolean; readonly rows: number; settle(): void } {
  // A row must never go back: what others appended is folded before any row is written.
  view.catchUp(tx);
  if (readWatermark(tx) >= checkpoint.target) {
    return { done: true, rows: 0, settle: () => view.prune(Math.max(view.watermark, checkpoint.target)) };
  }
  checkpoint.ids ??= [...view.ids.keys()].sort();
  const { keys = [], ids } = checkpoint;
  const rows = new SliceRows(tx, view);
  let next = checkpoint.next;
  for (; next < keys.length + ids.length && !rows.isFull; next++) {
    if (next < keys.length) rows.writeState(keys[next] as string);
    else rows.writeId(ids[next - keys.length] as string);
  }
  const done = next === keys.length + ids.length;
  if (done) writeLists(tx, view, checkpoint.target, noTypes);
  return {
    done,
    rows: rows.count,
    settle() {
      checkpoint.next = next;
      rows.settle();
      if (done) view.prune(checkpoint.target);
    },
  };
}

/**
 * Everything at once, in the transaction that appends the newest records. `newTypes` are those that this transaction
 * names first.
 */
export function writeAll(tx: WriteTx, view: View, newTypes: ReadonlyMap<string, number>): { settle(): void } {
  const rows = new SliceRows(tx, view);
  for (const key of [...view.entries.keys()].sort()) rows.writeState(key);
  for (const id of [...view.ids.keys()].sort()) rows.writeId(id);
  const target = view.head.position;
  writeLists(tx, view, target, newTypes);
  return {
    settle() {
      rows.settle();
      view.prune(target);
    },
  };
}

const noTypes: ReadonlyMap<string, number> = new Map();

interface WrittenState {
  readonly entry: Entry;
  readonly state: State;
  readonly positions: readonly number[];
}

/** Rows of one transaction, and what the overlay may forget once they are durable. */
class SliceRows {
  private readonly tx: WriteTx;
  private readonly view: View;
  private readonly states: WrittenState[] = [];
  private readonly ids: (readonly [string, number])[] = [];
  private bytes = 0;

  constructor(tx: WriteTx, view: View) {
    this.tx = tx;
    this.view = view;
  }

  get count(): number {
    return this.states.length + this.ids.length;
  }

  get isFull(): boolean {
    return this.count >= limits.sliceRows || this.bytes >= limits.sliceBytes;
  }

  writeState(key: string): void {
    const entry = this.view.entries.get(key);
    if (!entry) return;
    const { state } = entry;
    const positions = entry.base.length === 0 ? [...entry.added] : [...entry.base, ...entry.added];
    const size = limits.appliedPerChunk;
    let chunk = Math.floor(entry.baseVersion / size);
    let from = 0;
    for (; positions.length - from >= size; from += size) {
      this.tx.put('applied', chunkKey(key, chunk++), encodePositions(positions.slice(from, from + size)));
    }
    const row = encodeStateRow({ state, tail: from === 0 ? positions : positions.slice(from) });
    this.tx.put('states', textKey(key), row);
    this.bytes += row.length;
    this.states.push({ entry, state, positions });
  }

  writeId(id: string): void {
    const position = this.view.ids.get(id);
    if (position === undefined) return;
    this.tx.put('requests', requestKey(id), encodePositions([position]));
    this.ids.push([id, position]);
  }

  /** The rows are durable: what has not changed since is read from them. The rest counts from them now. */
  settle(): void {
    for (const { entry, state, positions } of this.states) {
      if (entry.state === state) {
        if (this.view.entries.get(state.key) === entry) this.view.entries.delete(state.key);
        continue;
      }
      const later = entry.state.version - state.version;
      entry.base = positions.slice(positions.length - (state.version % limits.appliedPerChunk));
      entry.baseVersion = state.version;
      entry.added = entry.added.slice(entry.added.length - later);
    }
    for (const [id, position] of this.ids) if (this.view.ids.get(id) === position) this.view.ids.delete(id);
  }
}

function writeLists(tx: WriteTx, view: View, target: number, newTypes: ReadonlyMap<string, number>): void {
  for (const [type, positions] of view.types) {
    const number = view.catalog.typeNumber(tx, type) ?? newTypes.get(type);
    if (number !== undefined) extendPostings(tx, typeList(number), upTo(positions, target));
  }
  for (const [list, positions] of view.lists) extendPostings(tx, list, upTo(positions, target));
  for (const [undone, position] of view.compensations)
    tx.put('compensations', positionKey(undone), encodePositions([position]));
  writeWatermark(tx, target);
}

function upTo(positions: readonly number[], target: number): readonly number[] {
  return positions.at(-1) === undefined || (positions.at(-1) as number) <= target
    ? positions
    : positions.filter((position) => position <= target);
}
