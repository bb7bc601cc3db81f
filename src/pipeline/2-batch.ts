import type { TxlogError } from '../core/base/errors.ts';
import { limits } from '../core/base/limits.ts';
import type { Rejection } from '../core/fold/rejection.ts';
import type { Operation, OperationResult } from '../core/log/operation.ts';
import type { Receipt } from '../core/log/receipt.ts';
import type { Request } from '../core/log/request.ts';
import type { WriteTx } from '../ports/storage.ts';
import type { Draft, TaskDecision } from './3-decide.ts';

/** A task for the pipeline: a request, or an operation on a session. */
export type Task = Request | Operation;

/** A request's answer: its receipt, or the error that kept it from being decided. */
export type Answer =
  | { readonly type: 'receipt'; readonly receipt: Receipt }
  | { readonly type: 'error'; readonly error: TxlogError };

/** The answer to a task: as of a request; an operation's result; or a refusal, as the caller does not lead its session. */
export type TaskAnswer =
  | Answer
  | { readonly type: 'operation'; readonly operation: OperationResult }
  | { readonly type: 'refusal'; readonly refusal: Rejection };

/** Whether a task is an operation. */
export function isOperation(task: Task): task is Operation {
  return 'op' in task;
}

/** Bytes of a task's data as far as they are known, for the bounds of a batch. */
export function sizeOf(task: Task): number {
  if (!isOperation(task)) return task.bytes;
  if (task.op !== 'together') return dataBytes(task);
  return task.operations.reduce((sum, operation) => sum + dataBytes(operation), 0);
}

function dataBytes(operation: Operation): number {
  return 'bytes' in operation ? (operation.bytes ?? 0) : 0;
}

/** Writes rows beside the records of a submission, in their transaction. There is a decision for each task. */
export type Finish = (tx: WriteTx, decisions: readonly TaskDecision[]) => void;

/** Requests that were submitted together and are answered together. */
export interface Submission {
  readonly requests: readonly Task[];
  /** All are committed, or nothing is logged. */
  readonly atomic: boolean;
  /** Set where all are decided, whatever the outcomes, or none is logged: writes more that is durable together with them. */
  readonly finish?: Finish | undefined;
  readonly drafts: (Draft | undefined)[];
  settle(answers: readonly TaskAnswer[]): void;
  fail(error: unknown): void;
}

/**
 * Step 2: the queue that fills while a batch is confirmed. Whatever waits when the previous commit returns is the
 * next batch; there is no timer.
 */
export class BatchQueue {
  private submissions: Submission[] = [];
  private requests = 0;
  private waiting: (() => void)[] = [];

  get isEmpty(): boolean {
    return this.submissions.length === 0;
  }

  get isFull(): boolean {
    return this.requests >= limits.queueRequestsMax;
  }

  /** Resolves once there is room: callers wait here instead of filling the memory. */
  async room(): Promise<void> {
    while (this.isFull) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  add(submission: Submission): void {
    this.submissions.push(submission);
    this.requests += submission.requests.length;
  }

  /** A submission that could not be decided in time goes first in the next batch. */
  addFirst(submission: Submission): void {
    this.submissions.unshift(submission);
    this.requests += submission.requests.length;
  }

  /** The next batch: at least one submission, else as many as fit the bounds of a batch. */
  take(): Submission[] {
    let records = 0;
    let bytes = 0;
    let count = 0;
    for (const submission of this.submissions) {
      records += submission.requests.length;
      for (const request of submission.requests) bytes += sizeOf(request);
      if (count > 0 && (records > limits.batchRecordsMax || bytes > limits.batchBytesMax)) break;
      count += 1;
    }
    const batch = this.submissions.splice(0, count);
    for (const submission of batch) this.requests -= submission.requests.length;
    const waiting = this.waiting;
    this.waiting = [];
    for (const resume of waiting) resume();
    return batch;
  }

  /** Ends all that waits: the pipeline takes no more work. */
  failAll(error: TxlogError): void {
    for (const submission of this.take()) submission.fail(error);
    if (!this.isEmpty) this.failAll(error);
  }
}
