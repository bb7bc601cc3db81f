import type { TxlogError } from '../../core/base/errors.ts';
import type { Rejection } from '../../core/fold/rejection.ts';
import type { OperationResult } from '../../core/log/operation.ts';

/** One session, or saga, of a plan: how it stands, and how it would stand. */
export interface PlannedTarget {
  readonly id: string;
  /** The position of its newest record. When another one came since that is not of this plan, it is left alone. */
  readonly position: string;
  /** How it stands, and how it would stand: in words, such as `ready`, `parked`, `removed`. */
  readonly before?: string;
  readonly after?: string;
  /** Why it cannot be done, when it cannot. */
  readonly refused?: Rejection;
  /** It stands already as it would: nothing is to be done. */
  readonly unchanged?: true;
}

/** A plan, for sessions or for sagas. */
export interface BulkPlan {
  readonly v: 1;
  /** In each record that the plan brings about: by it is known what was done, whoever died in between. */
  readonly id: string;
  /** The environment that it was made for, and the position that it was made at. */
  readonly unit: string;
  readonly head: string;
  /** The first digits of the log's digest there: a restored backup that was written to has another one. */
  readonly digest?: string;
  /** Given when it was made; what is given when it is applied stands in their place. */
  readonly reason?: string;
  readonly actor?: string;
  readonly items: readonly PlannedTarget[];
}

/** The actor of a plan, and the reason. */
export interface BulkBy {
  readonly reason?: string;
  readonly actor?: string;
}

/** A target of a plan to be made: with the position of its newest record when it was selected, refused when it went on since. */
export type PlanTarget = string | { readonly id: string; readonly position?: number };

/** How a plan is made. */
export interface PlanOptions extends BulkBy {
  /** Told after each target. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends the planning: it throws its reason. */
  readonly signal?: AbortSignal;
}

/** How a plan is carried out. Reason and actor stand in place of those in the plan. */
export interface ApplyOptions extends BulkBy {
  /** Tell what is left to do, and do nothing. */
  readonly dryRun?: boolean;
  /** So many are one commit, which is whole or not there: 1 to 100. */
  readonly atOnce?: number;
  /** The targets are a part of all that the plan is about: those after the first so many, of so many. Their records say so. */
  readonly part?: { readonly after: number; readonly of: number };
  /** Ends it between two commits: what was done is told, and the rest is left. */
  readonly signal?: AbortSignal;
}

/** The result for one target of a plan. */
export type BulkOutcome =
  | { readonly id: string; readonly result: Extract<OperationResult, { readonly ok: true }> }
  /** It was done before, at this position. */
  | { readonly id: string; readonly done: number }
  /** It would be done now. */
  | { readonly id: string; readonly planned: true }
  | { readonly id: string; readonly error: TxlogError };
