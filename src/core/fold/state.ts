import type { JsonValue } from '../base/json.ts';

/** A dedicated key has one owner; a shared key folds all its applied transactions; a session is the engine's own. */
export type Kind = 'dedicated' | 'shared' | 'session';

/**
 * One key as of a position. Immutable.
 *
 * `exists` is false after a release or a delete: the key keeps its kind, version and history.
 * `version` counts the transactions applied to the key, so it is the length of its applied list.
 */
export interface State {
  readonly key: string;
  readonly kind: Kind;
  readonly exists: boolean;
  readonly value: JsonValue | undefined;
  readonly version: number;
  /** Position of the last transaction applied. */
  readonly position: number;
  /** Position of the owning transaction, of an owned dedicated key. */
  readonly owner: number | undefined;
  /** End of a two-phase reservation that is not confirmed yet, in ms since 1970. */
  readonly pendingUntil: number | undefined;
  /** Which operations were ever applied, as a mask of `opBits`. */
  readonly ops: number;
}

/** The state of a key before its first transaction. */
export function untouched(key: string, kind: Kind): State {
  return {
    key,
    kind,
    exists: false,
    value: undefined,
    version: 0,
    position: 0,
    owner: undefined,
    pendingUntil: undefined,
    ops: 0,
  };
}

/** Whether a reservation has run out by `time`: its key counts as free, and its expiry is yet to be logged. */
export function isExpired(state: State, time: number): boolean {
  return state.exists && state.pendingUntil !== undefined && state.pendingUntil <= time;
}
