import { given } from '../core/base/given.ts';
import { limits } from '../core/base/limits.ts';
import { matches, type RecordFilter } from '../core/log/filter.ts';
import type { StoredRecord } from '../core/log/record.ts';
import { keyPosition, keyText, positionKey, prefixEnd, textKey } from '../layout/keys.ts';
import { readWatermark } from '../layout/meta.ts';
import {
  countPostings,
  lastChunk,
  outcomeList,
  readPostingChunks,
  rejectedList,
  typeList,
} from '../layout/posting-lists.ts';
import { decodeHeader } from '../layout/record-codec.ts';
import type { Snapshot } from '../ports/storage.ts';
import type { Cut } from './cut.ts';
import { PositionSet } from './position-set.ts';
import { positionAtTime } from './time-travel.ts';
import { type LoopTurn, largeRowBytes, type Steps } from './turns.ts';

/** Records of one slice of a scan, and where the next one goes on; `next` is undefined at the end. */
export interface ScanSlice {
  readonly records: readonly StoredRecord[];
  readonly next: number | undefined;
}

/** Which index a scan uses, for `inspect` and tests. */
export type ScanIndex = 'key' | 'prefix' | 'type' | 'outcome' | 'log';

/** How far one slice may go before others get their turn. */
export interface ScanBounds {
  readonly records: number;
  readonly visited: number;
}

/**
 * A scan in slices, so that writers and other readers get their turns. The narrowest index proposes positions; every
 * record is checked against the whole filter.
 */
export class Scan {
  private readonly filter: RecordFilter;
  private readonly reverse: boolean;
  /** Positions that are gathered once for all slices: those under a prefix, or those of a reverse scan. */
  private gathered: PositionSet | undefined;

  constructor(filter: RecordFilter, reverse = false) {
    this.filter = filter;
    this.reverse = reverse;
  }

  /**
   * Gathers what the index cannot propose in the order of the scan. For scans of what is in the log now: without it, such
   * a scan reads the log in order.
   */
  *prepare(cut: Cut): Steps<void> {
    const { filter, reverse } = this;
    const { from, to } = rangeOf(cut, filter);
    if (to - from < limits.scanInOrderMax) return;
    const index = chooseIndex(cut, filter);
    if (index === 'log' || (index !== 'prefix' && !reverse)) return;
    const gathered = new PositionSet(cut.head.position);
    const lists =
      index === 'prefix' ? listsOfPrefix(cut, filter.prefix as string) : listsOf(cut, filter, { index, from });
    for (const list of lists) {
      yield;
      for (const position of list) {
        gathered.add(position);
        if (position % positionsPerStep === 0) yield;
      }
    }
    this.gathered = gathered;
  }

  /** The next slice, from position `at` on (downwards when reverse). It ends early when `turn` is over. */
  slice(cut: Cut, { at, bounds }: { readonly at: number; readonly bounds: ScanBounds }, turn?: LoopTurn): ScanSlice {
    const range = rangeOf(cut, this.filter);
    const from = this.reverse ? range.from : Math.max(at, range.from);
    const to = this.reverse ? Math.min(at, range.to) : range.to;
    if (from > to) return { records: [], next: undefined };
    const index = to - from < limits.scanInOrderMax ? 'log' : this.indexFor(cut);
    const slice = new Slice(bounds, turn);
    if (index === 'log') this.readLog(cut, { from, to }, slice);
    else this.readIndex(cut, { range: { from, to }, index }, slice);
    return slice;
  }

  private indexFor(cut: Cut): ScanIndex | 'gathered' {
    if (this.gathered) return 'gathered';
    const index = chooseIndex(cut, this.filter);
    return index === 'prefix' || this.reverse ? 'log' : index;
  }

  /** In log order: the fixed header answers type and outcome, and only records that pass are decoded. */
  private readLog(cut: Cut, range: PositionRange, slice: Slice): void {
    const { filter, reverse } = this;
    const types = filter.types && new Set(filter.types.map((type) => cut.typeRegistry.typeNumber(cut.snapshot, type)));
    const options = { start: positionKey(range.from), end: positionKey(range.to + 1), reverse };
    for (const { key, value } of cut.snapshot.range('log', options)) {
      const position = keyPosition(key);
      if (slice.isFull(position, value.length)) return;
      if (types || filter.outcome) {
        const header = decodeHeader(value);
        if (types && !types.has(header.type)) continue;
        if (filter.outcome && header.outcome !== filter.outcome) continue;
      }
      const record = cut.typeRegistry.decode(cut.snapshot, position, value);
      if (matches(filter, record)) slice.records.push(record);
    }
  }

  private readIndex(
    cut: Cut,
    { range, index }: { readonly range: PositionRange; readonly index: ScanIndex | 'gathered' },
    slice: Slice,
  ): void {
    for (const position of this.propose(cut, range, index)) {
      if (slice.isFull(position)) return;
      const record = cut.record(position);
      if (record && matches(this.filter, record)) slice.records.push(record);
    }
  }

  private propose(cut: Cut, { from, to }: PositionRange, index: ScanIndex | 'gathered'): Iterable<number> {
    if (index !== 'gathered') return merged(listsOf(cut, this.filter, { index, from }), from, to);
    return this.gathered?.within(from, to, this.reverse) ?? [];
  }
}

/** How many positions of a long list are gathered in one step. */
const positionsPerStep = 64;

/** Positions, both included. */
interface PositionRange {
  readonly from: number;
  readonly to: number;
}

/** The records of a slice so far, and where the next one starts once it is full. */
class Slice implements ScanSlice {
  readonly records: StoredRecord[] = [];
  next: number | undefined;
  private visited = 0;
  private isLarge = false;
  private readonly bounds: ScanBounds;
  private readonly turn: LoopTurn | undefined;

  constructor(bounds: ScanBounds, turn: LoopTurn | undefined) {
    this.bounds = bounds;
    this.turn = turn;
  }

  /**
   * Counts a visit to `position`, unless the slice is full: then that is where to go on. `bytes` are those of its row; to
   * look a row up costs about as much as to read a large one.
   */
  isFull(position: number, bytes = largeRowBytes): boolean {
    const isLooked = this.visited > 0 && (this.isLarge || this.visited % visitsPerLook === 0);
    if (
      this.records.length >= this.bounds.records ||
      this.visited >= this.bounds.visited ||
      (isLooked && this.turn?.isOver)
    ) {
      this.next = position;
      return true;
    }
    this.visited += 1;
    this.isLarge = bytes >= largeRowBytes;
    return false;
  }
}

/** Records that are visited for one look at the clock. */
const visitsPerLook = 4;

/** The positions that a filter allows: its own bounds, and its times turned into positions. */
function rangeOf(cut: Cut, filter: RecordFilter): { readonly from: number; readonly to: number } {
  const since = filter.since === undefined ? 0 : positionAtTime(cut.snapshot, filter.since - 1);
  const until = filter.until === undefined ? cut.head.position : positionAtTime(cut.snapshot, filter.until - 1);
  return {
    from: Math.max(filter.from ?? 1, since + 1, 1),
    to: Math.min(filter.to ?? cut.head.position, until, cut.head.position),
  };
}

/** The index that a filter is answered from. */
function chooseIndex(cut: Cut, filter: RecordFilter): ScanIndex {
  if (filter.key !== undefined) return 'key';
  if (filter.prefix !== undefined) return 'prefix';
  const total = cut.head.position;
  const ofTypes = filter.types ? filter.types.reduce((sum, type) => sum + countType(cut, type), 0) : total;
  const ofOutcome = filter.outcome ? countOutcome(cut, filter.outcome) : total;
  // Half of the log is read faster in order than by posting lists.
  if (Math.min(ofTypes, ofOutcome) > total / 2) return 'log';
  return ofTypes <= ofOutcome ? 'type' : 'outcome';
}

function listsOf(
  cut: Cut,
  filter: RecordFilter,
  { index, from }: { readonly index: ScanIndex; readonly from: number },
): Iterable<number>[] {
  if (index === 'key') return keyLists(cut, filter.key as string, from);
  if (index === 'type') return (filter.types ?? []).map((type) => typePositions(cut, type, from));
  return [positionsOfList(cut, outcomeList(filter.outcome as string), from)];
}

/** The lists that name a key: its applied transactions, and the requests that were rejected for it. */
export function keyLists(cut: Cut, key: string, from: number): Iterable<number>[] {
  return [cut.applied(key, from), rejectedPositions(cut, key, from)];
}

/** Positions of the requests that were rejected and named a key, from `from` on. */
export function rejectedPositions(cut: Cut, key: string, from: number): Iterable<number> {
  return positionsOfList(cut, rejectedList(key), from);
}

/** The lists of all keys under a prefix. */
function* listsOfPrefix(cut: Cut, prefix: string): Generator<Iterable<number>> {
  for (const key of keysWithPrefix(cut, prefix)) yield* keyLists(cut, key, 1);
}

function* keysWithPrefix(cut: Cut, prefix: string): Iterable<string> {
  const seen = new Set<string>();
  const end = prefixEnd(textKey(prefix));
  for (const { key } of cut.snapshot.range('states', given({ start: textKey(prefix), end }))) {
    seen.add(keyText(key));
    yield keyText(key);
  }
  for (const key of cut.view.entries.keys()) if (key.startsWith(prefix) && !seen.has(key)) yield key;
  // Keys that were only ever rejected have no state, but a list.
  const rejected = textKey(rejectedList(prefix));
  const rejectedEnd = prefixEnd(rejected);
  for (const { key } of cut.snapshot.range('postings', {
    start: rejected,
    ...given({ end: rejectedEnd }),
  })) {
    const name = key.subarray(rejectedList('').length, key.length - 5);
    if (!seen.has(keyText(name))) yield keyText(name);
  }
  for (const list of cut.view.lists.keys())
    if (list.startsWith(rejectedList(prefix))) yield list.slice(rejectedList('').length);
}

function typePositions(cut: Cut, type: string, from: number): Iterable<number> {
  const number = cut.typeRegistry.typeNumber(cut.snapshot, type);
  return number === undefined
    ? []
    : listPositions(cut.snapshot, { list: typeList(number), beyond: cut.view.types.get(type) }, from);
}

function positionsOfList(cut: Cut, list: string, from: number): Iterable<number> {
  return listPositions(cut.snapshot, { list, beyond: cut.view.lists.get(list) }, from);
}

/** A posting list: what the index holds, then what the overlay has beyond it. */
function* listPositions(
  snapshot: Snapshot,
  { list, beyond }: { readonly list: string; readonly beyond: readonly number[] | undefined },
  from: number,
): Iterable<number> {
  let last = from - 1;
  for (const { positions } of readPostingChunks(snapshot, { table: 'postings', list }, from)) {
    for (const position of positions) {
      if (position < from) continue;
      last = position;
      yield position;
    }
  }
  for (const position of beyond ?? []) if (position > last) yield position;
}

/** Several rising lists as one, each position once. */
function* merged(lists: Iterable<number>[], from: number, to: number): Iterable<number> {
  const heads = lists.map((list) => list[Symbol.iterator]()).map((iterator) => ({ iterator, head: iterator.next() }));
  let previous = from - 1;
  for (;;) {
    let least: (typeof heads)[number] | undefined;
    for (const list of heads)
      if (!list.head.done && (!least || list.head.value < (least.head.value as number))) least = list;
    if (!least) return;
    const position = least.head.value as number;
    if (position > to) return;
    if (position > previous) yield position;
    previous = Math.max(previous, position);
    least.head = least.iterator.next();
  }
}

/**
 * Positions of the newest records of a type after a position, newest first: of the records in memory, and of those that the
 * last chunk of its list holds; `most` of them.
 */
export function newestOfType(
  cut: Cut,
  type: string,
  { after, most }: { readonly after: number; readonly most: number },
): readonly number[] {
  const recent = cut.view.types.get(type) ?? [];
  const number = cut.typeRegistry.typeNumber(cut.snapshot, type);
  const older = number === undefined ? undefined : lastChunk(cut.snapshot, 'postings', typeList(number));
  const [first = Number.POSITIVE_INFINITY] = recent;
  const known = (older?.positions ?? []).filter((position) => position < first);
  return [...known, ...recent]
    .filter((position) => position > after)
    .slice(-most)
    .toReversed();
}

/** How many records of a type the log holds. */
export function countType(cut: Cut, type: string): number {
  const number = cut.typeRegistry.typeNumber(cut.snapshot, type);
  if (number === undefined) return 0;
  return countPostings(cut.snapshot, typeList(number)) + beyond(cut.view.types.get(type), cut.snapshot);
}

/** How many records ended in an outcome. */
export function countOutcome(cut: Cut, outcome: string): number {
  return (
    countPostings(cut.snapshot, outcomeList(outcome)) + beyond(cut.view.lists.get(outcomeList(outcome)), cut.snapshot)
  );
}

/** The index's own watermark counts: another process may have written what this overlay still holds. */
function beyond(positions: readonly number[] | undefined, snapshot: Snapshot): number {
  const watermark = readWatermark(snapshot);
  return positions?.filter((position) => position > watermark).length ?? 0;
}
