import type { JsonValue } from './json.ts';

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

/** Operations in the log: those of requests, and two that only the engine writes. */
export const changeOps = [...requestOps, 'expire', 'restore'] as const;

/** What a change does. */
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
export function kindOfOp(op: ChangeOp): 'dedicated' | 'shared' | 'either' {
  if (op === 'restore') return 'either';
  return dedicatedOps.has(op) ? 'dedicated' : 'shared';
}

/** Sums of so many addends up to 2^23, 1,000 in a transaction, stay whole and below 2^53 in any order. */
export const plainAddsMax = 2 ** 19;
const plainAddendMax = 2 ** 23;

/** Bits of a change in the mask that a state keeps: its operation, and whether an addend does not sum in any order. */
export function opBits({ op, value }: Change): number {
  const plain = op !== 'add' || (Number.isInteger(value) && Math.abs(value as number) <= plainAddendMax);
  return opBit(op) | (plain ? 0 : 1 << changeOps.length);
}

/** Bit of an operation in the mask that a state keeps of all operations ever applied to it. */
export function opBit(op: ChangeOp): number {
  return 1 << changeOps.indexOf(op);
}
