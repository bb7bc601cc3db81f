import { limits } from '../../core/base/limits.ts';
import type { Around, HeldPart } from '../list/held-part.ts';

/** A list that can be read from any of its rows, up and down. */
export type Readable<T> = (from: Bounds<T>) => AsyncIterable<T>;

/** From where, which way, and how many at most. */
export interface Bounds<T> {
  readonly after?: T;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** Which part of a list is read, of the rows that pass. */
export interface PartWanted<T> {
  readonly around: Around<T> | undefined;
  /** Undefined where all do. */
  readonly passes: ((row: T) => boolean) | undefined;
  readonly signal: AbortSignal;
}

/** Reads a part of a list. Ends with the reason of `signal` once that is aborted. */
export async function readPart<T>(list: Readable<T>, wanted: PartWanted<T>): Promise<HeldPart<T>> {
  const { around } = wanted;
  const take = (from: Bounds<T>, limit: number) =>
    takeRows(list({ ...from, ...(!wanted.passes && { limit: limit + 1 }) }), limit, wanted);
  if (around === undefined) {
    const { rows, more } = await take({}, limits.screenRows);
    return { rows, hasBefore: false, hasAfter: more };
  }
  if (around === 'end') {
    const { rows, more } = await take({ reverse: true }, limits.screenRows);
    return { rows: rows.toReversed(), hasBefore: more, hasAfter: false };
  }
  const half = limits.screenRows / 2;
  const before = await take({ after: around.at, reverse: true }, half);
  // From the row before it: the row itself may have gone since, or changed.
  const [nearest] = before.rows;
  const after = await take(nearest === undefined ? {} : { after: nearest }, half);
  return { rows: [...before.rows.toReversed(), ...after.rows], hasBefore: before.more, hasAfter: after.more };
}

async function takeRows<T>(
  items: AsyncIterable<T>,
  limit: number,
  { passes, signal }: PartWanted<T>,
): Promise<{ readonly rows: readonly T[]; readonly more: boolean }> {
  const rows: T[] = [];
  for await (const item of items) {
    signal.throwIfAborted();
    if (passes && !passes(item)) continue;
    if (rows.length === limit) return { rows, more: true };
    rows.push(item);
  }
  return { rows, more: false };
}
