import { limits } from '../core/base/limits.ts';
import type { BackgroundCheckpoints } from '../ports/background-checkpoints.ts';
import type { Clock } from '../ports/clock.ts';
import type { Storage } from '../ports/storage.ts';
import { type Checkpoint, type CheckpointBounds, isDue, startCheckpoint, writeSlice } from './checkpoint.ts';
import type { View } from './view.ts';

/** The parts that a checkpointer works with. */
export interface CheckpointerDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly view: View;
  readonly bounds: CheckpointBounds;
  /** Where there is another process that can make checkpoints. */
  readonly background?: BackgroundCheckpoints | undefined;
}

/** At so many times its bound, a tail has outgrown the process that helps. */
const lateShare = 1.25;

/** Decides when the overlay goes into the indexes, and takes it there slice by slice between batches. */
export class Checkpointer {
  private readonly storage: Storage;
  private readonly clock: Clock;
  private readonly view: View;
  private readonly bounds: CheckpointBounds;
  private current: Checkpoint | undefined;
  /** Rows to write for each record that is appended while a checkpoint runs. */
  private rowsPerRecord = 0;
  /** Position up to which rows were written or are owed. */
  private paidTo = 0;
  private owed = 0;
  private idle = false;
  private cancelIdle: (() => void) | undefined;

  private background: BackgroundCheckpoints | undefined;

  constructor(deps: CheckpointerDeps) {
    this.background = deps.background;
    this.storage = deps.storage;
    this.clock = deps.clock;
    this.view = deps.view;
    this.bounds = deps.bounds;
  }

  /**
   * Writes slices, so many that a checkpoint ends before the next one is due, however fast the log grows; but no longer
   * at a time than a waiting request should wait, unless the overlay has grown far beyond its bound. True while there is
   * more to write.
   */
  async step(): Promise<boolean> {
    if (this.storage.readOnly) return false;
    if (this.current && this.background && this.isHelped(this.idle)) this.current = undefined;
    if (!this.current) return this.start();
    const started = this.clock.elapsed();
    this.owed += (this.view.head.position - this.paidTo) * this.rowsPerRecord;
    this.paidTo = this.view.head.position;
    do {
      this.owed -= await this.writeSlice(this.current);
      if (this.owed <= 0) break;
    } while (this.current && (this.isOverdue || this.clock.elapsed() - started < limits.checkpointStepMs));
    this.owed = Math.max(this.owed, 0);
    return this.current !== undefined;
  }

  private start(): boolean {
    if (this.view.head.position === this.view.watermark) return false;
    // A synchronous engine writes its own rows at once: at idle it has none left, only others'.
    const idle = this.idle && this.bounds.records > 0;
    if (!idle) this.askForHelp();
    if (!idle && !isDue(this.view, this.bounds, this.clock.now())) return false;
    this.idle = false;
    if (this.isHelped(idle)) return false;
    this.current = startCheckpoint(this.view);
    const rows = this.view.entries.size + this.view.ids.size + this.view.lists.size;
    this.rowsPerRecord = rows / Math.max(1, Math.min(this.bounds.records, this.tail) / 2);
    this.paidTo = this.view.head.position;
    this.owed = 0;
    return true;
  }

  /**
   * Whether another process makes this checkpoint: it has made it already, or it is at work and the tail is not so long that it
   * cannot keep up.
   */
  private isHelped(idle: boolean): boolean {
    if (!this.background) return false;
    this.storage.read((snapshot) => this.view.followIndexes(snapshot));
    if (this.isBeyond(lateShare)) return false;
    return (!idle && !isDue(this.view, this.bounds, this.clock.now())) || this.background.isAtWork();
  }

  /** A process that has filled half of a tail has more to come: help is there when it is full. */
  private askForHelp(): void {
    if (this.tail > this.bounds.records / 2 || this.view.tailBytes > this.bounds.bytes / 2) this.background?.begin();
  }

  private async writeSlice(checkpoint: Checkpoint): Promise<number> {
    const slice = await this.storage.write((tx) => writeSlice(tx, this.view, { checkpoint }), 'indexes');
    slice.settle();
    if (slice.done) this.current = undefined;
    return slice.rows;
  }

  private get isOverdue(): boolean {
    return this.isBeyond(2);
  }

  /** Whether the tail is longer than so many times its bounds. */
  private isBeyond(times: number): boolean {
    return this.tail > times * this.bounds.records || this.view.tailBytes > times * this.bounds.bytes;
  }

  private get tail(): number {
    return this.view.head.position - this.view.watermark;
  }

  /** After a quiet while, `wake` runs the pipeline, whose next step writes what the bounds alone would not. */
  whenIdle(wake: () => void): void {
    this.cancelIdle?.();
    if (this.view.head.position === this.view.watermark || this.bounds.records === Number.POSITIVE_INFINITY) return;
    this.cancelIdle = this.clock.after(limits.idleMs, () => {
      this.idle = true;
      wake();
    });
  }

  /** Forgets what was due. */
  stop(): void {
    this.cancelIdle?.();
    this.current = undefined;
  }

  /** Writes nothing any more. */
  async abandon(): Promise<void> {
    this.stop();
    await this.endHelp();
  }

  private async endHelp(): Promise<BackgroundCheckpoints | undefined> {
    const { background } = this;
    this.background = undefined;
    await background?.end();
    return background;
  }

  /** Writes all that is left, unless another process is at it, or it is so little that who comes next folds it faster. */
  async close(): Promise<void> {
    this.cancelIdle?.();
    const background = await this.endHelp();
    if (this.bounds.records === Number.POSITIVE_INFINITY || (!this.current && this.isLittle)) return;
    // Another process may have begun one.
    if (this.isOverdue || !background?.isAtWork()) await this.finish();
  }

  private get isLittle(): boolean {
    return this.tail <= this.bounds.left && this.view.tailBytes <= limits.tailLeftBytes;
  }

  /** Writes all that is left. */
  async finish(): Promise<void> {
    this.idle = true;
    while (await this.step()) await this.clock.yield();
  }
}
