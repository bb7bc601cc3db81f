import type { LoadedApp } from '../core/app/app.ts';
import { limits } from '../core/base/limits.ts';
import { type Head, readHead, writeHead } from '../layout/meta.ts';
import { refuseMirror } from '../layout/mirror-row.ts';
import type { RecordEncoder } from '../layout/record-codec.ts';
import type { AttachmentStore } from '../ports/attachment-store.ts';
import type { BackgroundCheckpoints } from '../ports/background-checkpoints.ts';
import type { Clock } from '../ports/clock.ts';
import type { Order } from '../ports/order.ts';
import type { Snapshot, Storage, WriteTx } from '../ports/storage.ts';
import { type CheckpointBounds, writeAll } from '../view/checkpoint.ts';
import { Cut } from '../view/cut.ts';
import type { View } from '../view/view.ts';
import type { EngineTime, Moment } from './0-engine-time.ts';
import type { Submission, TaskAnswer } from './2-batch.ts';
import { type Adoption, stageAdopted } from './3-adopt.ts';
import { type DecidedBatch, decideBatch, finishAll, isFinishing } from './3-decide-batch.ts';
import type { Stage } from './3-stage.ts';
import { confirmBatch } from './4-confirm.ts';
import { appendRecords } from './5-log.ts';
import { applyBatch } from './6-apply.ts';
import { toAnswers } from './7-respond.ts';

/** All that the pipeline works with. */
export interface PipelineDeps {
  readonly storage: Storage;
  readonly order: Order;
  readonly clock: Clock;
  readonly view: View;
  readonly attachments: Pick<AttachmentStore, 'has'>;
  readonly app: LoadedApp;
  readonly bounds: CheckpointBounds;
  /** Where there is another process that can make checkpoints. */
  readonly background?: BackgroundCheckpoints | undefined;
  makeId(): string;
}

/** The result of a batch: an answer for each task, and the submissions that wait for the next batch. */
export interface CommittedBatch {
  readonly answers: ReadonlyMap<Submission, readonly TaskAnswer[]>;
  readonly postponed: readonly Submission[];
}

/**
 * The way of a batch, in one breath (docs/one-transaction.md). Step 1 checked its requests; step 2 put them together.
 *
 *   1 request → 2 batch → 3 decide → 4 confirm → 5 log → 6 apply → 7 respond
 *
 * The time of its records is that of the engine when it is decided.
 * Errors: STORAGE_ codes and ENV_MOVED. After one of them the view may be ahead of the disk: reset it.
 */
export async function commitBatch(
  deps: PipelineDeps,
  encoder: RecordEncoder,
  { submissions, time }: { readonly submissions: readonly Submission[]; readonly time: EngineTime },
): Promise<CommittedBatch> {
  const decideOn = (snapshot: Snapshot, underLock: boolean, { time: now }: Moment) =>
    decideBatch({ ...deps, underLock, now: Math.floor(now) }, snapshot, submissions);
  const { moment, ...first } = deps.storage.read((snapshot) => {
    const moment = momentOn(deps, snapshot, time);
    return { moment, decided: decideOn(snapshot, false, moment) };
  });
  const { decided } = first;
  if (decided.stage.staged.length === 0 && !isFinishing(decided)) {
    if (moment.isUnanchored) leaveMark(deps, time, moment);
    return respond(deps, decided);
  }

  const { batch, apply } = await deps.order.confirm((tx) => {
    refuseMirror(tx);
    const batch = confirmBatch(tx, decided, {
      attachments: deps.attachments,
      decideAgain: () => decideOn(tx, true, moment),
    });
    batch.stage.clock = time.mark(batch.stage.time, moment);
    const apply = logAndApply(deps, encoder, { tx, stage: batch.stage });
    finishAll(tx, batch);
    return { batch, apply };
  });
  apply();
  return respond(deps, batch);
}

/**
 * As `commitBatch`, of records that were decided elsewhere: steps 4 to 6 alone. The head as it is then.
 *
 * Errors: those of `adoption`, DUMP_INVALID, and nothing is appended; STORAGE_ codes, ENV_MOVED as above.
 */
export async function commitAdoption(deps: PipelineDeps, encoder: RecordEncoder, adoption: Adoption): Promise<Head> {
  const { view } = deps;
  const { head, apply } = await deps.order.confirm((tx) => {
    view.catchUp(tx);
    const cut = new Cut(view, tx);
    const stage = stageAdopted(cut, adoption.choose(tx, cut));
    if (stage.staged.length === 0) {
      adoption.finish(tx, view.head);
      return { head: view.head, apply: () => {} };
    }
    const appended = appendRecords(tx, encoder, stage);
    adoption.finish(tx, appended.head);
    return { head: appended.head, apply: () => applyBatch(stage, appended) };
  });
  apply();
  return head;
}

/** Decides a submission as if it were submitted now, and writes nothing. */
export function previewSubmission(deps: PipelineDeps, submission: Submission, time: EngineTime): readonly TaskAnswer[] {
  return deps.storage.read((snapshot) => {
    const now = Math.floor(momentOn(deps, snapshot, time).time);
    const { decisions } = decideBatch({ ...deps, underLock: false, now }, snapshot, [submission]);
    return toAnswers(decisions.get(submission) ?? [], 'none');
  });
}

/** The time of what is decided on a snapshot. */
function momentOn({ view }: PipelineDeps, snapshot: Snapshot, time: EngineTime): Moment {
  view.catchUp(snapshot);
  return time.moment(view.head.time, view.head.clock);
}

/** Lets time go on from here although nothing is logged: short commands that wait for it would find it standing still. */
function leaveMark({ storage, view }: PipelineDeps, time: EngineTime, moment: Moment): void {
  const clock = time.mark(view.head.time, moment);
  if (clock === undefined || storage.readOnly) return;
  storage.transact((tx) => {
    const head = readHead(tx);
    if (head.position === view.head.position && head.moved === undefined) writeHead(tx, { ...head, clock });
  });
}

/** Steps 5 and 6. Returns what is left of step 6, for when the records are durable. */
function logAndApply(
  deps: PipelineDeps,
  encoder: RecordEncoder,
  { tx, stage }: { readonly tx: WriteTx; readonly stage: Stage },
): () => void {
  if (stage.staged.length === 0) return () => {};
  const appended = appendRecords(tx, encoder, stage);
  if (!isAtOnce(deps, stage)) return () => applyBatch(stage, appended);
  // With bound 0 the indexes are written in the same transaction. The view runs ahead of the disk for the rest of this
  // call; a failed commit resets it.
  applyBatch(stage, appended);
  return writeAll(tx, deps.view, appended.newTypes).settle;
}

function isAtOnce({ view, bounds }: PipelineDeps, stage: Stage): boolean {
  const tail = stage.nextPosition - 1 - view.watermark;
  return bounds.records === 0 && tail <= limits.batchRecordsMax + limits.atOnceRecordsMax;
}

function respond({ storage }: PipelineDeps, { decisions, postponed }: DecidedBatch): CommittedBatch {
  const answers = new Map(
    [...decisions].map(([submission, decided]) => [submission, toAnswers(decided, storage.durability)]),
  );
  return { answers, postponed };
}
