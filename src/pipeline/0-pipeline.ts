import type { LoadedApp } from '../core/app/app.ts';
import { limits } from '../core/base/limits.ts';
import type { RecordEncoder } from '../layout/record.ts';
import type { Clock } from '../ports/clock.ts';
import type { Order } from '../ports/order.ts';
import type { Snapshot, Storage, WriteTx } from '../ports/storage.ts';
import { type CheckpointBounds, writeAll } from '../view/checkpoint.ts';
import type { View } from '../view/view.ts';
import type { TaskAnswer, Unit } from './2-batch.ts';
import { type DecidedBatch, decideBatch } from './3-decide-batch.ts';
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
  readonly app: LoadedApp;
  readonly bounds: CheckpointBounds;
  makeId(): string;
}

/** What became of a batch: an answer for each task, and the units that wait for the next batch. */
export interface CommittedBatch {
  readonly answers: ReadonlyMap<Unit, readonly TaskAnswer[]>;
  readonly postponed: readonly Unit[];
}

/**
 * The way of a batch, in one breath (docs/one-transaction.md). Step 1 checked its requests; step 2 put them together.
 *
 *   1 request → 2 batch → 3 decide → 4 confirm → 5 log → 6 apply → 7 respond
 *
 * Units: `now` is the time of its records, in ms since 1970.
 * Errors: STORAGE_ codes and ENV_MOVED. After one of them the view may be ahead of the disk: reset it.
 */
export async function commitBatch(
  deps: PipelineDeps,
  encoder: RecordEncoder,
  { units, now }: { readonly units: readonly Unit[]; readonly now: number },
): Promise<CommittedBatch> {
  const decideOn = (snapshot: Snapshot, underLock: boolean) =>
    decideBatch({ ...deps, underLock, now }, snapshot, units);
  const decided = deps.storage.read((snapshot) => decideOn(snapshot, false));
  if (decided.stage.staged.length === 0) return respond(deps, decided);

  const { batch, apply } = await deps.order.confirm((tx) => {
    const batch = confirmBatch(tx, decided, () => decideOn(tx, true));
    return { batch, apply: logAndApply(deps, encoder, { tx, stage: batch.stage }) };
  });
  apply();
  return respond(deps, batch);
}

/** Decides a unit as if it were submitted now, and writes nothing. */
export function previewUnit(deps: PipelineDeps, unit: Unit, now: number): readonly TaskAnswer[] {
  return deps.storage.read((snapshot) => {
    const { decisions } = decideBatch({ ...deps, underLock: false, now }, snapshot, [unit]);
    return toAnswers(decisions.get(unit) ?? [], 'none');
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
  const answers = new Map([...decisions].map(([unit, decided]) => [unit, toAnswers(decided, storage.durability)]));
  return { answers, postponed };
}
