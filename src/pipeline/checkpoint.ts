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

/** A checkpoint under way: what is left to write, in key order, before the watermark may move to `target`. */
export interface Checkpoint {
  readonly target: number;
  readonly keys: readonly string[];
  readonly ids: readonly string[];
  next: number;
}

/** Starts a checkpoint of all that the overlay holds now. */
export function startCheckpoint(view: View): Checkpoint {
  return {
    target: view.head.position,
    keys: [...view.entries.keys()].sort(),
    ids: [...view.ids.keys()].sort(),
    next: 0,
  };
}

/** Whether the tail of the log is long enough for a checkpoint. */
export function isDue(view: View, bounds: CheckpointBounds): boolean {
  return view.head.position - view.watermark > bounds.records || view.tailBytes > bounds.bytes;
}

/**
 * Writes the next rows, at most `limits.sliceRows`. Each row says up to which position it is folded, so a checkpoint
 * that stops half way, or is made by two processes at once, is harmless. Returns what to do once the rows are durable.
 */
export function writeSlice(
  tx: WriteTx,
  view: View,
  checkpoint: Checkpoint,
): { readonly done: boolean; settle(): void } {
  // A row must never go back: what others appended is folded before any row is written.
  view.catchUp(tx);
  if (readWatermark(tx) >= checkpoint.target)
    return { done: true, settle: () => view.prune(Math.max(view.watermark, checkpoint.target)) };
  const { keys, ids } = checkpoint;
  const end = Math.min(checkpoint.next + limits.sliceRows, keys.length + ids.length);
  const written: Written[] = [];
  for (let i = checkpoint.next; i < end; i++) {
    if (i < keys.length) writeState(tx, view.entries.get(keys[i] as string), written);
    else writeId(tx, view, ids[i - keys.length] as string);
  }
  const done = end === keys.length + ids.length;
  if (done) writeLists(tx, view, checkpoint.target, noTypes);
  return {
    done,
    settle() {
      checkpoint.next = end;
      for (const row of written) rebase(row);
      if (done) view.prune(checkpoint.target);
    },
  };
}

/**
 * Everything at once, in the transaction that appends the newest records. `newTypes` are those that this transaction
 * names first.
 */
export function writeAll(tx: WriteTx, view: View, newTypes: ReadonlyMap<string, number>): { settle(): void } {
  const written: Written[] = [];
  for (const key of [...view.entries.keys()].sort()) writeState(tx, view.entries.get(key), written);
  for (const id of view.ids.keys()) writeId(tx, view, id);
  const target = view.head.position;
  writeLists(tx, view, target, newTypes);
  return {
    settle() {
      for (const row of written) rebase(row);
      view.prune(target);
    },
  };
}

const noTypes: ReadonlyMap<string, number> = new Map();

interface Written {
  readonly entry: Entry;
  readonly state: State;
  readonly positions: readonly number[];
}

function writeState(tx: WriteTx, entry: Entry | undefined, written: Written[]): void {
  if (!entry) return;
  const { state } = entry;
  const positions = [...entry.base, ...entry.added];
  const size = limits.appliedPerChunk;
  let chunk = Math.floor(entry.baseVersion / size);
  let from = 0;
  for (; positions.length - from >= size; from += size) {
    tx.put('applied', chunkKey(state.key, chunk++), encodePositions(positions.slice(from, from + size)));
  }
  tx.put('states', textKey(state.key), encodeStateRow({ state, tail: positions.slice(from) }));
  written.push({ entry, state, positions });
}

/** The row is durable: the entry counts from it now. Transactions that came meanwhile stay `added`. */
function rebase({ entry, state, positions }: Written): void {
  const later = entry.state.version - state.version;
  entry.base = positions.slice(positions.length - (state.version % limits.appliedPerChunk));
  entry.baseVersion = state.version;
  entry.added = later === 0 ? [] : entry.added.slice(entry.added.length - later);
}

function writeId(tx: WriteTx, view: View, id: string): void {
  const position = view.ids.get(id);
  if (position !== undefined) tx.put('requests', requestKey(id), encodePositions([position]));
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
