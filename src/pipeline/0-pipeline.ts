import type { LoadedApp } from '../core/app/app.ts';
import { present } from '../core/base/assert.ts';
import { TxlogError } from '../core/base/errors.ts';
import { limits } from '../core/base/limits.ts';
import type { Request } from '../core/log/request.ts';
import { RecordEncoder } from '../layout/record.ts';
import type { Clock } from '../ports/clock.ts';
import type { Order } from '../ports/order.ts';
import type { Storage, WriteTx } from '../ports/storage.ts';
import { type CheckpointBounds, writeAll } from '../view/checkpoint.ts';
import { Checkpointer } from '../view/checkpointer.ts';
import type { View } from '../view/view.ts';
import { EngineTime } from './0-engine-time.ts';
import { toRequest } from './1-request.ts';
import { BatchQueue, type Task, type TaskAnswer, type Unit } from './2-batch.ts';
import { type DecidedBatch, decideBatch } from './3-decide-batch.ts';
import type { Stage } from './3-stage.ts';
import { confirmBatch } from './4-confirm.ts';
import { type Appended, appendRecords } from './5-log.ts';
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

/**
 * The one door: every transaction takes these steps, in this order (docs/one-transaction.md).
 *
 *   1 request → 2 batch → 3 decide → 4 confirm → 5 log → 6 apply → 7 respond
 *
 * Errors: those of step 1; STORAGE_ codes and EMERGENCY_STOP for environment failures.
 */
export class Pipeline {
  private readonly deps: PipelineDeps;
  private readonly queue = new BatchQueue();
  private readonly encoder = new RecordEncoder();
  private readonly checkpointer: Checkpointer;
  private readonly time: EngineTime;
  private running: Promise<void> | undefined;
  private stopped: TxlogError | undefined;
  private failures = 0;

  constructor(deps: PipelineDeps) {
    this.deps = deps;
    this.checkpointer = new Checkpointer(deps);
    this.time = new EngineTime(deps.clock);
  }

  /** Step 1, for callers that check their input before they submit it. */
  check(input: unknown, bytesKnown?: number): Request {
    return toRequest(this.deps, input, bytesKnown);
  }

  /** Time of what is decided now, in ms since 1970: never before the last record that this process has seen. */
  now(): number {
    return this.time.now(this.deps.view.head.time);
  }

  /** Processes tasks in order. One answer each; with `atomic`, all are committed or none is logged. */
  async submit(requests: readonly Task[], atomic = false): Promise<readonly TaskAnswer[]> {
    // Not a turn is lost when there is room: what comes before a `close` is part of what that waits for.
    if (this.queue.isFull) await this.queue.room();
    if (this.stopped) throw this.stopped;
    return new Promise((settle, fail) => {
      this.queue.add({ requests, atomic, drafts: [], settle, fail });
      this.running ??= this.run();
    });
  }

  /** Decides requests as if they were submitted now, and writes nothing. */
  async preview(requests: readonly Task[]): Promise<readonly TaskAnswer[]> {
    const unit: Unit = { requests, atomic: false, drafts: [], settle() {}, fail() {} };
    return this.deps.storage.read((snapshot) => {
      const { decisions } = decideBatch(this.decideContext(false, this.now()), snapshot, [unit]);
      return toAnswers(present(decisions.get(unit), 'decisions'), 'none');
    });
  }

  /** Waits for all work, writes the overlay into the indexes, and takes no more. */
  async close(): Promise<void> {
    this.stopped ??= new TxlogError('ENV_CLOSED', 'the environment is closed');
    await this.running;
    // The view of a generation that is no more, or of a stopped engine, is not worth writing.
    if (this.failures === 0) await this.checkpointer.close().catch(ignoreMoved);
  }

  /** Stops without touching the indexes: another generation took this one's place. */
  async abandon(): Promise<void> {
    this.stopped ??= new TxlogError('ENV_MOVED', 'the environment moved to another generation');
    await this.running;
    this.checkpointer.stop();
  }

  private async run(): Promise<void> {
    // A turn of the event loop lets callers of the same turn join the first batch.
    await this.deps.clock.yield();
    for (;;) {
      const units = this.queue.take();
      if (units.length > 0) await this.process(units);
      const more = await this.checkpoint();
      // After an emergency stop nothing in memory can be trusted, wherever it came from.
      if (this.stopped?.code === 'EMERGENCY_STOP') this.queue.failAll(this.stopped);
      if (this.queue.isEmpty && !more) break;
      await this.deps.clock.yield();
    }
    this.running = undefined;
    this.checkpointer.whenIdle(() => {
      this.running ??= this.run();
    });
  }

  /** Writes a slice of the overlay. A failure loses nothing: the log has it all, and the next checkpoint starts anew. */
  private async checkpoint(): Promise<boolean> {
    try {
      return await this.checkpointer.step();
    } catch (error) {
      this.checkpointer.stop();
      this.countFailure(error);
      return false;
    }
  }

  private async process(units: readonly Unit[]): Promise<void> {
    try {
      const batch = await this.commit(units);
      for (const unit of [...batch.postponed].reverse()) this.queue.addFirst(unit);
      for (const [unit, decisions] of batch.decisions) unit.settle(toAnswers(decisions, this.deps.storage.durability));
      this.failures = 0;
    } catch (error) {
      this.fail(units, error);
    }
  }

  private async commit(units: readonly Unit[]): Promise<DecidedBatch> {
    const now = this.now();
    let batch = this.deps.storage.read((snapshot) => decideBatch(this.decideContext(false, now), snapshot, units));
    if (batch.stage.staged.length === 0) return batch;
    const redecide = (tx: WriteTx) => {
      batch = decideBatch(this.decideContext(true, now), tx, units);
      return batch.stage;
    };
    const settle = await confirmBatch(this.deps.order, batch.stage, redecide, (tx, stage) => this.place(tx, stage));
    settle();
    return batch;
  }

  /** Steps 5 and 6. With bound 0 the indexes are written in the same transaction. Returns what to do once durable. */
  private place(tx: WriteTx, stage: Stage): () => void {
    if (stage.staged.length === 0) return () => {};
    const appended: Appended = appendRecords(tx, this.encoder, stage);
    if (!this.isAtOnce(stage)) return () => applyBatch(stage, appended);
    // The view runs ahead of the disk for the rest of this call; a failed commit resets it.
    applyBatch(stage, appended);
    return writeAll(tx, this.deps.view, appended.newTypes).settle;
  }

  private isAtOnce(stage: Stage): boolean {
    const tail = stage.nextPosition - 1 - this.deps.view.watermark;
    return this.deps.bounds.records === 0 && tail <= limits.batchRecordsMax + limits.atOnceRecordsMax;
  }

  private decideContext(underLock: boolean, now: number) {
    const { view, app, clock } = this.deps;
    return { view, app, clock, underLock, now };
  }

  /** Nothing of the batch is applied, or its outcome is unknown. */
  private fail(units: readonly Unit[], error: unknown): void {
    this.countFailure(error);
    for (const unit of units) unit.fail(error);
    if (this.stopped) this.queue.failAll(this.stopped);
  }

  /** The view may be ahead of the disk now: it is read anew. Failures that repeat end in an emergency stop. */
  private countFailure(error: unknown): void {
    this.deps.view.reset();
    if (error instanceof TxlogError && error.code === 'ENV_MOVED') return;
    this.failures += 1;
    if (error instanceof TxlogError && this.failures < limits.commitFailuresMax) return;
    this.stopped ??= new TxlogError('EMERGENCY_STOP', `no more work is taken: ${(error as Error).message}`, {
      cause: error,
      hint: 'Requests without a receipt have an unknown outcome; submitting them again with the same id is safe.',
      next: ['txlog doctor', 'txlog verify'],
    });
  }
}

/** Another generation has all that this one would still write. */
function ignoreMoved(error: unknown): void {
  if (!(error instanceof TxlogError) || error.code !== 'ENV_MOVED') throw error;
}
