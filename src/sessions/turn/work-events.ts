import type { TxlogError } from '../../core/base/errors.ts';

/** How a worker works. All optional. */
export interface WorkOptions {
  /** Themes to work on; when absent, all of the app that have an advisor, and all request queues. */
  readonly themes?: readonly string[];
  /** Sessions led at once, of all themes together. Default 8. */
  readonly concurrency?: number;
  /** Seconds without a sign of life after which the worker counts as dead. Default the shortest of its themes. */
  readonly lease?: number;
  /** Ends after one turn, or at once when no session is due. */
  readonly once?: boolean;
  /** Ends when no session is due and none is led by this worker. What is stored for later does not count. */
  readonly untilEmpty?: boolean;
  /** Hears what happens. What it throws ends the worker. */
  onEvent?(event: WorkEvent): void;
  /** Aborted, the worker drains, as by `stop`. */
  readonly signal?: AbortSignal;
}

/** A session, as events name it. */
interface WorkedSession {
  readonly session: string;
  readonly theme: string;
  readonly epoch: number;
}

/** How a turn came to its end; `lost` when another took the session away, or the lease ran out. */
export type TurnEnd = 'removed' | 'stored' | 'parked' | 'lost';

/** Something that happened to a worker. Durations in ms. */
export type WorkEvent =
  | {
      readonly type: 'started';
      readonly operator: string;
      readonly themes: readonly string[];
      /** Whether it decides all queued requests as well, of whatever type. */
      readonly queues: boolean;
      /** Seconds. */
      readonly lease: number;
    }
  | ({ readonly type: 'led'; readonly attempts: number } & WorkedSession)
  | ({
      readonly type: 'ended';
      readonly ended: TurnEnd;
      readonly operations: number;
      readonly ms: number;
      /** Why the turn failed, if it did. */
      readonly error?: string;
      /** Why it ended, when it did not fail: what the advisor parked it for, or that it was stopped. */
      readonly reason?: string;
    } & WorkedSession)
  /** A session of an operator that is no more was stored for repeat, or parked. */
  | ({ readonly type: 'mended'; readonly ended: 'stored' | 'parked'; readonly reason: string } & WorkedSession)
  /** Requests of this queue are left to a worker whose app knows their type; `session` is the first. Told once. */
  | { readonly type: 'left'; readonly theme: string; readonly session: string; readonly reason: string }
  /** An operation could not be confirmed; `inRow` since the last one that could. */
  | { readonly type: 'error'; readonly error: Error; readonly inRow: number }
  /** The lease ran out while the process was stopped; the worker goes on as another operator, which this names. */
  | { readonly type: 'lease-lost'; readonly operator: string }
  | { readonly type: 'draining'; readonly running: number }
  | { readonly type: 'stopped'; readonly report: WorkReport };

/** The report of a worker. */
export interface WorkReport {
  readonly turns: number;
  readonly removed: number;
  readonly stored: number;
  readonly parked: number;
  readonly lost: number;
  /** Turns that failed, of those stored or parked. */
  readonly failed: number;
  /** Requests decided, of those removed. */
  readonly requests: number;
  /** Sessions of dead operators that were seen to. */
  readonly mended: number;
  /** Queued requests, of those that it looked at last, that it left, if any: its app does not know their type. */
  readonly left?: number;
  /** Why it took no more work, when it had to stop by itself. */
  readonly emergency?: TxlogError;
}

/** A worker that runs. */
export interface Worker {
  /** Leads no more sessions, lets each advisor give its present answer, and stores what has not ended by then. */
  stop(): Promise<WorkReport>;
  /** Tells all advisors to end, stores their sessions, and waits for no advisor. */
  kill(): Promise<WorkReport>;
  /** Resolves when the worker has ended, for whatever reason. Rejects on bad options, or when `onEvent` throws. */
  readonly done: Promise<WorkReport>;
}
