import type { JsonObject } from '../base/json.ts';

/** The transaction that owns a dedicated key. */
export interface Owner {
  readonly id: string;
  readonly position: number;
}

/** Why a request was refused: an expected outcome, kept in the log for ever. */
export interface Rejection {
  readonly code: string;
  readonly reason: string;
  readonly key?: string;
  readonly owner?: Owner;
  /** Versions of the keys that the decision read. */
  readonly seen?: JsonObject;
}

/** Builds a rejection. */
export function reject(code: string, reason: string, more: Omit<Rejection, 'code' | 'reason'> = {}): Rejection {
  return { code, reason, ...more };
}
