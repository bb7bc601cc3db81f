import type { Snapshot } from '../ports/storage.ts';
import type { Cut } from '../view/cut.ts';
import {
  compareKeys,
  keysOfOverlay,
  keysOfRows,
  keysOfRowsDown,
  type StateReading,
  stateAtInSteps,
} from '../view/read-state.ts';
import type { LongViewReader } from '../view/reader.ts';
import { type LoopTurn, takeSteps } from '../view/turns.ts';

/** Which states are listed. */
export interface StatesOptions {
  readonly prefix?: string;
  /** As of this position; otherwise as of now. */
  readonly asOf?: number;
  /** The key after which to begin. */
  readonly after?: string;
  /** From the last one down: what comes before `after`. */
  readonly reverse?: boolean;
  readonly limit?: number;
}

const pageKeys = 1_000;
/** States that are read for one look at the clock. */
const statesPerLook = 4;

/** States in key order, a page at a time, all as of one position. */
export async function* listStates(
  env: LongViewReader & { now(): number },
  { prefix = '', asOf, after: begin, reverse = false, limit = Number.POSITIVE_INFINITY }: StatesOptions,
): AsyncGenerator<StateReading> {
  // A key that comes later has no state at that position; one that is in the overlay now may be a row when its turn comes.
  const begun = await env.readSteps(function* (cut) {
    return { position: asOf ?? cut.head.position, overlay: yield* keysOfOverlay(cut, prefix) };
  });
  const listing = { ...begun, prefix, reverse, time: () => (asOf === undefined ? env.now() : undefined) };
  let after = begin;
  let left = limit;
  while (left > 0) {
    const from = after;
    const page = await env.read((cut, turn) =>
      readPage(cut, turn, { ...listing, from, keysMax: Math.min(left, pageKeys) }),
    );
    yield* page.states;
    left -= page.states.length;
    after = page.after;
    if (page.long !== undefined) {
      // A key whose life is longer than a turn.
      const key = page.long;
      const state = await env.readSteps((cut) =>
        stateAtInSteps(cut, key, { position: listing.position, now: listing.time() }),
      );
      if (state && left-- > 0) yield state;
      after = key;
    }
    if (page.isLast) return;
  }
}

/** Keys that begin with a prefix, from one of them on. */
export interface KeyListing {
  readonly prefix: string;
  readonly reverse: boolean;
  /** Keys that had no row when the listing began, in order. */
  readonly overlay: readonly string[];
  /** The key that was listed last. */
  readonly from: string | undefined;
}

interface Listing extends KeyListing {
  readonly position: number;
  readonly keysMax: number;
  time(): number | undefined;
}

interface Page {
  readonly states: readonly StateReading[];
  /** The last key that was looked at. */
  readonly after: string | undefined;
  /** The key after it, which takes longer than a turn. */
  readonly long?: string;
  readonly isLast: boolean;
}

function readPage(cut: Cut, turn: LoopTurn, listing: Listing): Page {
  const states: StateReading[] = [];
  let after = listing.from;
  let seen = 0;
  const now = listing.time();
  for (const key of keysInOrder(cut.snapshot, listing)) {
    const isFull = seen === listing.keysMax || (seen > 0 && seen % statesPerLook === 0 && turn.isOver);
    if (isFull) return { states, after, isLast: false };
    const step = takeSteps(stateAtInSteps(cut, key, { position: listing.position, now }), turn);
    if (!step.done) return { states, after, isLast: false, ...(seen === 0 && { long: key }) };
    if (step.value) states.push(step.value);
    after = key;
    seen += 1;
  }
  return { states, after, isLast: true };
}

/** Keys of rows and of the overlay in one order, each once. */
export function keysInOrder(snapshot: Snapshot, listing: KeyListing): Generator<string> {
  return listing.reverse ? keysDown(snapshot, listing) : keysFrom(snapshot, listing);
}

function* keysFrom(snapshot: Snapshot, { prefix, overlay, from }: KeyListing): Generator<string> {
  let at = from === undefined ? 0 : firstAfter(overlay, from);
  for (const key of keysOfRows(snapshot, prefix, from)) {
    for (; at < overlay.length; at++) {
      const other = overlay[at] as string;
      const order = compareKeys(other, key);
      if (order > 0) break;
      if (order < 0) yield other;
    }
    yield key;
  }
  for (; at < overlay.length; at++) yield overlay[at] as string;
}

/** As `keysFrom`, from the last one down. */
function* keysDown(snapshot: Snapshot, { prefix, overlay, from }: KeyListing): Generator<string> {
  let at = from === undefined ? overlay.length : firstAfter(overlay, from);
  if (overlay[at - 1] === from) at -= 1;
  for (const key of keysOfRowsDown(snapshot, prefix, from)) {
    for (; at > 0; at--) {
      const other = overlay[at - 1] as string;
      const order = compareKeys(other, key);
      if (order < 0) break;
      if (order > 0) yield other;
    }
    yield key;
  }
  for (; at > 0; at--) yield overlay[at - 1] as string;
}

/** Index of the first key that comes after `key`. */
function firstAfter(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys(keys[middle] as string, key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
