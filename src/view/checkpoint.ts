import { limits } from '../core/base/limits.ts';
import { sessionIn, sessionOfKey } from '../core/fold/session.ts';
import type { State } from '../core/fold/state.ts';
import { chunkKey, positionKey, requestKey, textKey } from '../layout/keys.ts';
import { readWatermark, writeWatermark } from '../layout/meta.ts';
import { encodePositions } from '../layout/positions.ts';
import { extendPostings, rejectedList, typeList } from '../layout/posting-lists.ts';
import { type QueueKey, queueKeyBytes, queueKeysOf } from '../layout/queue-keys.ts';
import { decodeStateRow, encodeStateRow } from '../layout/state-row.ts';
import type { Storage, WriteTx } from '../ports/storage.ts';
import { sortInSteps } from './sorted.ts';
import type { LoopTurn, Steps } from './turns.ts';
import type { View, ViewEntry } from './view.ts';

/** When the overlay goes into the indexes: after so many records or bytes. 0 is the plain synchronous engine. */
export interface CheckpointBounds {
  readonly records: number;
  readonly bytes: number;
  /** So many records of the tail a process may leave when it closes. */
  readonly left: number;
}

/**
 * A checkpoint under way: what is left to write, in key order, before the watermark may move to `target`. Each list is
 * sorted in a step of its own: together they would keep a waiting request too long.
 */
export interface Checkpoint {
  readonly target: number;
  readonly keys: readonly string[];
  ids: readonly string[] | undefined;
  /** Names of the posting lists that there is one of for each key. */
  lists: readonly string[] | undefined;
  next: number;
}

/** Starts a checkpoint of all that the overlay holds now. */
export function startCheckpoint(view: View): Checkpoint {
  return {
    target: view.head.position,
    keys: [...view.entries.keys()].sort(),
    ids: undefined,
    lists: undefined,
    next: 0,
  };
}

/** Writes the whole overlay of a view into the indexes of a storage that no one else writes, a slice in each step. */
export function* checkpointInSteps(target: Storage, view: View, turn: LoopTurn | undefined): Steps<void> {
  if (view.watermark === view.head.position) return;
  const checkpoint: Checkpoint = {
    target: view.head.position,
    keys: yield* sortInSteps([...view.entries.keys()], byText),
    ids: yield* sortInSteps([...view.ids.keys()], byText),
    lists: yield* sortInSteps([...view.lists.keys()].filter(isListOfKey), byText),
    next: 0,
  };
  for (let done = false; !done; ) {
    const slice = target.transact((tx) => writeSlice(tx, view, { checkpoint, turn }));
    slice.settle();
    ({ done } = slice);
    yield;
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Whether the tail of the log is long enough for a checkpoint. `now` in ms since 1970. */
export function isDue(view: View, bounds: CheckpointBounds, now: number): boolean {
  const tail = view.head.position - view.watermark;
  if (bounds.records === 0 && tail > limits.atOnceRecordsMax) return now - view.tailTime > limits.tailAgeMsMax;
  return view.head.position - view.watermark > bounds.records || view.tailBytes > bounds.bytes;
}

/**
 * Writes the next rows, up to the bounds of a slice. Each row says up to which position it is folded, so a checkpoint
 * that stops half way, or is made by two processes at once, is harmless. A slice also ends when `turn` is over. Returns
 * what to do once the rows are durable.
 */
export function writeSlice(
  tx: WriteTx,
  view: View,
  { checkpoint, turn }: { readonly checkpoint: Checkpoint; readonly turn?: LoopTurn | undefined },
): { readonly done: boolean; readonly rows: number; settle(): void } {
  // A row must never go back: what others appended is folded before any row is written.
  view.catchUp(tx);
  if (readWatermark(tx) >= checkpoint.target) {
    return { done: true, rows: 0, settle: () => view.prune(Math.max(view.watermark, checkpoint.target)) };
  }
  const rows = new SliceRows(tx, view, turn);
  const next = writeNext(rows, view, checkpoint);
  const done = next === undefined;
  if (done) writeLists(tx, view, { target: checkpoint.target, newTypes: noTypes });
  return {
    done,
    rows: rows.count,
    settle() {
      if (next !== undefined) checkpoint.next = next;
      rows.settle();
      if (done) view.prune(checkpoint.target);
    },
  };
}

/** Writes rows up to the bounds of a slice; gives where to go on, or undefined at the end. */
function writeNext(rows: SliceRows, view: View, checkpoint: Checkpoint): number | undefined {
  const { keys, target } = checkpoint;
  checkpoint.ids ??= [...view.ids.keys()].sort();
  const { ids } = checkpoint;
  let at = checkpoint.next;
  for (; at < keys.length; at++) {
    if (rows.isFull) return at;
    rows.writeState(keys[at] as string);
  }
  const idsEnd = keys.length + ids.length;
  for (; at < idsEnd; at++) {
    if (rows.isFull) return at;
    rows.writeId(ids[at - keys.length] as string);
  }
  checkpoint.lists ??= [...view.lists.keys()].filter(isListOfKey).sort();
  const { lists } = checkpoint;
  for (; at < idsEnd + lists.length; at++) {
    if (rows.isFull) return at;
    rows.writeList(lists[at - idsEnd] as string, target);
  }
  return undefined;
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
  for (const list of view.lists.keys()) if (isListOfKey(list)) rows.writeList(list, target);
  writeLists(tx, view, { target, newTypes });
  return {
    settle() {
      rows.settle();
      view.prune(target);
    },
  };
}

/** Rows that are written for one look at the clock. */
const rowsPerLook = 16;
const noTypes: ReadonlyMap<string, number> = new Map();

interface WrittenState {
  readonly entry: ViewEntry;
  readonly state: State;
}

/** Rows of one transaction, and what the overlay may forget once they are durable. */
class SliceRows {
  private readonly tx: WriteTx;
  private readonly view: View;
  private readonly states: WrittenState[] = [];
  private readonly ids: string[] = [];
  private lists = 0;
  private bytes = 0;
  private readonly turn: LoopTurn | undefined;

  constructor(tx: WriteTx, view: View, turn?: LoopTurn) {
    this.tx = tx;
    this.view = view;
    this.turn = turn;
  }

  get count(): number {
    return this.states.length + this.ids.length + this.lists;
  }

  get isFull(): boolean {
    if (this.count >= limits.sliceRows || this.bytes >= limits.sliceBytes) return true;
    return this.turn !== undefined && this.count > 0 && this.count % rowsPerLook === 0 && this.turn.isOver;
  }

  writeState(key: string): void {
    const entry = this.view.entries.get(key);
    if (!entry) return;
    const { state } = entry;
    const positions = positionsOf(entry);
    const size = limits.appliedPerChunk;
    let chunk = Math.floor(entry.baseVersion / size);
    let from = 0;
    for (; positions.length - from >= size; from += size) {
      this.tx.put('applied', chunkKey(key, chunk++), encodePositions(positions.slice(from, from + size)));
    }
    const row = encodeStateRow({ state, tail: from === 0 ? positions : positions.slice(from) });
    if (state.kind === 'session') moveQueueRows(this.tx, key, state);
    this.tx.put('states', textKey(key), row);
    this.bytes += row.length;
    this.states.push({ entry, state });
  }

  writeId(id: string): void {
    const position = this.view.ids.get(id);
    if (position === undefined) return;
    this.tx.put('requests', requestKey(id), encodePositions([position]));
    this.ids.push(id);
  }

  writeList(list: string, target: number): void {
    extendPostings(this.tx, list, upTo(this.view.lists.get(list) ?? none, target));
    this.lists += 1;
  }

  /** The rows are durable: what has not changed since is read from them. The rest counts from them now. */
  settle(): void {
    for (const { entry, state } of this.states) {
      if (entry.state === state) {
        if (this.view.entries.get(state.key) === entry) this.view.forget(state.key);
        continue;
      }
      const positions = positionsOf(entry);
      const written = positions.length - (entry.state.version - state.version);
      entry.base = positions.slice(written - (state.version % limits.appliedPerChunk), written);
      entry.baseVersion = state.version;
      entry.added = positions.slice(written);
    }
    // An id has one position for ever.
    for (const id of this.ids) this.view.ids.delete(id);
  }
}

/** Positions after the full chunks of an entry's row. */
function positionsOf({ base, added }: ViewEntry): readonly number[] {
  return base.length === 0 ? added : [...base, ...added];
}

/** Puts a session where it stands now. One that came and went since the last checkpoint has no row to take away. */
function moveQueueRows(tx: WriteTx, key: string, state: State): void {
  const row = tx.get('states', textKey(key));
  const before = row ? queueKeysOfState(decodeStateRow(key, row).state) : [];
  const after = queueKeysOfState(state);
  for (const old of before) if (!after.includes(old)) tx.delete('queue', queueKeyBytes(old));
  for (const next of after) if (!before.includes(next)) tx.put('queue', queueKeyBytes(next), noBytes);
}

function queueKeysOfState(state: State): readonly QueueKey[] {
  const session = sessionIn(state);
  return session ? queueKeysOf(sessionOfKey(state.key) ?? '', session) : [];
}

const noBytes = new Uint8Array();

function writeLists(
  tx: WriteTx,
  view: View,
  { target, newTypes }: { readonly target: number; readonly newTypes: ReadonlyMap<string, number> },
): void {
  for (const [type, positions] of view.types) {
    const number = view.typeRegistry.typeNumber(tx, type) ?? newTypes.get(type);
    if (number !== undefined) extendPostings(tx, typeList(number), upTo(positions, target));
  }
  // A count of an outcome adds the records after the watermark: its list and the watermark move together.
  for (const [list, positions] of view.lists) if (!isListOfKey(list)) extendPostings(tx, list, upTo(positions, target));
  for (const [undone, position] of view.compensations)
    tx.put('compensations', positionKey(undone), encodePositions([position]));
  writeWatermark(tx, target);
}

const none: readonly number[] = [];
const rejectedLists = rejectedList('');

function isListOfKey(list: string): boolean {
  return list.startsWith(rejectedLists);
}

function upTo(positions: readonly number[], target: number): readonly number[] {
  return positions.at(-1) === undefined || (positions.at(-1) as number) <= target
    ? positions
    : positions.filter((position) => position <= target);
}
