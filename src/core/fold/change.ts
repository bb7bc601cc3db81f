import type { JsonValue } from '../base/json.ts';
import { isSessionOp, sessionOps } from './session.ts';
import type { Kind } from './state.ts';

/** Operations that a request or a handler may ask for. */
export const requestOps = [
  'claim',
  'confirm',
  'release',
  'replace',
  'set',
  'merge',
  'add',
  'append',
  'delete',
  'reduce',
] as const;

/** Operations in the log: those of requests, and those that only the engine writes. The order never changes. */
export const changeOps = [...requestOps, 'expire', 'restore', ...sessionOps] as const;

/** The operation of a change. */
export type ChangeOp = (typeof changeOps)[number];

/**
 * What a transaction does to one state.
 *
 * Shape: `value` for claim (default null), replace, set, merge, add, append and reduce; `pending` (seconds) for
 * claim; `owner` (a request id) for confirm, release and replace; `reducer` for reduce, whose outcome is kept in
 * `result` so that no one needs the reducer to fold the log. `expire` and `restore` are written by the engine;
 * `restore` carries a `Restored` in `result`.
 */
export interface Change {
  readonly op: ChangeOp;
  readonly key: string;
  readonly value?: JsonValue;
  readonly pending?: number;
  readonly owner?: string;
  readonly reducer?: string;
  readonly result?: JsonValue;
}

/** The whole state that a `restore` puts back: absent, a shared value, or an owned dedicated one. */
export interface Restored {
  readonly exists: boolean;
  readonly value?: JsonValue;
  /** Position of the owning transaction, of a dedicated key. */
  readonly owner?: number;
  readonly pendingUntil?: number;
}

const dedicatedOps: ReadonlySet<ChangeOp> = new Set(['claim', 'confirm', 'release', 'replace', 'expire']);

/** Which kind of key an operation works on; a `restore` takes the kind that the key has. */
export function kindOfOp(op: ChangeOp): Kind | 'either' {
  if (op === 'restore') return 'either';
  if (isSessionOp(op)) return 'session';
  return dedicatedOps.has(op) ? 'dedicated' : 'shared';
}

/** Sums of so many addends up to 2^23, 1,000 in a transaction, stay whole and below 2^53 in any order. */
const plainAddsMax = 2 ** 19;
const plainAddendMax = 2 ** 23;

// The masks of states that are on disk: the operations of keys, and one bit more.
const unevenBit = 1 << 12;

/** Bits of a change in the mask that a state keeps: its operation, and whether an addend does not sum in any order. */
export function opBits(change: Change): number {
  // Only an addend is looked at: other values may still be text.
  return opBit(change.op) | (change.op !== 'add' || isPlainAddend(change.value) ? 0 : unevenBit);
}

function isPlainAddend(value: JsonValue | undefined): boolean {
  return Number.isInteger(value) && Math.abs(value as number) <= plainAddendMax;
}

/** Bit of an operation in the mask that a state keeps of all operations ever applied to it; a session keeps none. */
export function opBit(op: ChangeOp): number {
  return opMasks[op];
}

const opMasks = Object.fromEntries(changeOps.map((op, i) => [op, isSessionOp(op) ? 0 : 1 << i])) as Readonly<
  Record<ChangeOp, number>
>;

/**
 * Whether a state is a sum of small whole numbers: then no sum on the way can pass 2^53, in whatever order, and to
 * subtract one is the same as to fold again without it.
 */
export function isPlainSum({
  ops,
  version,
  value,
}: {
  readonly ops: number;
  readonly version: number;
  readonly value: JsonValue | undefined;
}): boolean {
  return ops === opBit('add') && version <= plainAddsMax && typeof value === 'number';
}
