import type { JsonValue } from '../base/json.ts';
import type { RequestInput } from '../log/request.ts';

/** The session as an advisor sees it. Frozen. */
export interface Turn {
  readonly session: string;
  readonly theme: string;
  readonly epoch: number;
  /** Leads since a turn last ended well, this one included; those that were stopped from outside do not count. */
  readonly attempts: number;
  readonly order: string | undefined;
  /** ms since 1970. */
  readonly createdAt: number;
  /** All data that count now, oldest first: JSON as it is, binary as a Uint8Array. */
  readonly data: readonly (JsonValue | Uint8Array)[];
  /** How many operations this turn has done. */
  readonly step: number;
  /** Why the last turn failed, if it did. */
  readonly error: string | undefined;
  /** Aborts when the lease is lost or the worker stops now: what is under way should end. */
  readonly signal: AbortSignal;
}

/** The next operation, as an advisor answers. `remove`, `request`, `store` and `park` end the turn. */
export type Advice =
  | { readonly op: 'append' | 'replace'; readonly data: JsonValue | Uint8Array }
  | { readonly op: 'remove' }
  /**
   * Decides a request and removes the session, in one record: once, whatever dies. The receipt goes to `respond`: a queue
   * of this environment, or `QUEUE@SERVICE`.
   */
  | { readonly op: 'request'; readonly request: RequestInput; readonly respond?: string }
  /** Sleeps so many seconds, and is led again. */
  | { readonly op: 'store'; readonly seconds: number }
  /** Waits for a person. */
  | { readonly op: 'park'; readonly error: string };

/** How a theme is worked on. Times in seconds. All optional; the defaults are `themeDefaults`. */
export interface ThemePolicy {
  /** Without a sign of life for so long, an operator counts as dead. */
  readonly lease?: number;
  /** After an error: the first pause, how it grows, and its bound. */
  readonly backoff?: { readonly first?: number; readonly factor?: number; readonly max?: number };
  /** How long an advisor may take for one answer. */
  readonly timeout?: number;
  /** Turns that may fail in a row before the session is parked. */
  readonly attempts?: number;
  /** How many of its sessions one worker leads at once; without it, as many as the worker leads in all. */
  readonly concurrency?: number;
}

/** Users' code for a theme. */
export interface ThemeDefinition extends ThemePolicy {
  /** Its uint32, when the one that its name gives is taken. */
  readonly number?: number;
  /** Its sessions are answers to questions of sagas, and need no advisor. */
  readonly answers?: boolean;
  /** Told the session, it answers with the next operation. May do anything; replay never calls it. */
  advisor?(turn: Turn): Advice | Promise<Advice>;
}

/** The policy of a theme that says nothing. `concurrency` is that of a worker, for all its themes together. */
export const themeDefaults = {
  lease: 30,
  timeout: 600,
  backoff: { first: 1, factor: 2, max: 300 },
  attempts: 10,
  concurrency: 8,
} as const;
