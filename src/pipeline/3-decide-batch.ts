import type { LoadedApp } from '../core/app/app.ts';
import { limits } from '../core/base/limits.ts';
import { reject } from '../core/fold/rejection.ts';
import type { LogRecord } from '../core/log/record.ts';
import type { AttachmentStore } from '../ports/attachment-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Snapshot, WriteTx } from '../ports/storage.ts';
import { Cut } from '../view/cut.ts';
import type { View } from '../view/view.ts';
import { isOperation, type Submission, type TaskAnswer } from './2-batch.ts';
import { decide, type TaskDecision } from './3-decide.ts';
import { decideOperation } from './3-decide-operation.ts';
import { Stage } from './3-stage.ts';

/** A batch, decided: what each submission gets, the submissions that wait for the next batch, and the records to append. */
export interface DecidedBatch {
  readonly stage: Stage;
  readonly decisions: ReadonlyMap<Submission, readonly TaskDecision[]>;
  readonly postponed: readonly Submission[];
}

/** Where and when a batch is decided. Under the lock, user code gets only a bounded time. */
export interface DecideContext {
  readonly view: View;
  readonly app: LoadedApp;
  readonly clock: Clock;
  readonly attachments: Pick<AttachmentStore, 'has'>;
  readonly underLock: boolean;
  /** Time of the records, in ms since 1970. */
  readonly now: number;
}

/**
 * Decides all submissions of a batch in their order, each on what the ones before leave. Once time is up, what is left waits
 * for the next batch, from the middle of a submission on unless that is atomic; one request at least is decided each time.
 */
export function decideBatch(
  context: DecideContext,
  snapshot: Snapshot,
  submissions: readonly Submission[],
): DecidedBatch {
  context.view.catchUp(snapshot);
  const cut = new Cut(context.view, snapshot);
  const started = context.clock.elapsed();
  const isLate = () => context.underLock && context.clock.elapsed() - started > limits.userCodeUnderLockMsMax;
  const decisions = new Map<Submission, readonly TaskDecision[]>();
  const postponed: Submission[] = [];
  let stage = new Stage(cut, context.now);
  for (const submission of submissions) {
    if (postponed.length > 0 || (decisions.size > 0 && isLate())) {
      postponed.push(submission);
      continue;
    }
    const decided = decideSubmission(context, stage, { submission, isLate: isUnit(submission) ? never : isLate });
    if (decided.length < submission.requests.length) {
      const [begun, rest] = splitSubmission(submission, decided.length);
      decisions.set(begun, decided);
      postponed.push(rest);
    } else if (isBroken(submission, decided)) {
      // The stage cannot take records back: it is made again from the submissions that stay.
      stage = restage(context, cut, decisions);
      decisions.set(
        submission,
        decided.map((decision) => abort(decision, stage.basePosition)),
      );
    } else {
      decisions.set(submission, decided);
    }
  }
  return { stage, decisions, postponed };
}

const never = () => false;

/** Whether its tasks stay together: in one batch, or nowhere. */
function isUnit({ atomic, finish }: Submission): boolean {
  return atomic || finish !== undefined;
}

function isBroken({ atomic, finish }: Submission, decided: readonly TaskDecision[]): boolean {
  if (atomic && !decided.every(isCommitted)) return true;
  return finish !== undefined && decided.some(({ type }) => type === 'refused' || type === 'denied');
}

/** Whether a submission of the batch has more to write than records. */
export function isFinishing({ decisions }: DecidedBatch): boolean {
  return [...decisions.keys()].some(({ finish }) => finish !== undefined);
}

/** Lets the submissions of the batch write what is durable together with their records. */
export function finishAll(tx: WriteTx, { decisions }: DecidedBatch): void {
  for (const [{ finish }, decided] of decisions) if (!isAborted(decided)) finish?.(tx, decided);
}

function decideSubmission(
  { app, attachments }: DecideContext,
  stage: Stage,
  { submission, isLate }: { readonly submission: Submission; readonly isLate: () => boolean },
): TaskDecision[] {
  const decisions: TaskDecision[] = [];
  for (const [i, request] of submission.requests.entries()) {
    if (i > 0 && isLate()) break;
    const decision = isOperation(request)
      ? decideOperation(stage, request)
      : decide(app, stage, { request, draft: submission.drafts[i], attachments });
    if (decision.type === 'staged') submission.drafts[i] = decision.draft;
    decisions.push(decision);
  }
  return decisions;
}

/** Splits a submission into what was decided and what waits: its caller is answered once, when both are. */
function splitSubmission(submission: Submission, decided: number): readonly [Submission, Submission] {
  let answered: readonly TaskAnswer[] = [];
  const begun: Submission = {
    ...submission,
    requests: submission.requests.slice(0, decided),
    drafts: submission.drafts.slice(0, decided),
    settle(answers) {
      answered = answers;
    },
  };
  const rest: Submission = {
    ...submission,
    requests: submission.requests.slice(decided),
    drafts: submission.drafts.slice(decided),
    settle: (answers) => submission.settle([...answered, ...answers]),
  };
  return [begun, rest];
}

/** Decides again what stays, and answers with what is decided now. */
function restage(context: DecideContext, cut: Cut, decisions: Map<Submission, readonly TaskDecision[]>): Stage {
  const stage = new Stage(cut, context.now);
  for (const [submission, earlier] of decisions) {
    if (!isAborted(earlier)) decisions.set(submission, decideSubmission(context, stage, { submission, isLate: never }));
  }
  return stage;
}

function isCommitted(decision: TaskDecision): boolean {
  return 'record' in decision && decision.record.outcome === 'committed';
}

const aborted = new WeakSet<TaskDecision>();

function isAborted(decisions: readonly TaskDecision[]): boolean {
  return decisions.some((decision) => aborted.has(decision));
}

/**
 * In an aborted submission, a refusal keeps its reason; what would have been committed says that it was not. Nothing has a
 * position: nor has an owner of the same submission.
 */
function abort(decision: TaskDecision, head: number): TaskDecision {
  const result =
    decision.type === 'staged' ? { ...decision, record: unlogged(decision.record, head) } : { ...decision };
  aborted.add(result);
  return result;
}

function unlogged(record: LogRecord, head: number): LogRecord {
  const { owner, ...rejection } =
    record.rejection ?? reject('ATOMIC_ABORTED', 'another request of its atomic unit was refused; nothing was logged');
  const logged = owner && owner.position <= head ? { ...rejection, owner } : rejection;
  return { ...record, position: 0, outcome: 'rejected', rejection: logged };
}
