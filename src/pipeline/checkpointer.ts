import { limits } from '../core/limits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Storage } from '../ports/storage.ts';
import { type Checkpoint, type CheckpointBounds, isDue, startCheckpoint, writeSlice } from './checkpoint.ts';
import type { View } from './view.ts';

/** Decides when the overlay goes into the indexes, and takes it there slice by slice between batches. */
export class Checkpointer {
  private readonly storage: Storage;
  private readonly clock: Clock;
  private readonly view: View;
  private readonly bounds: CheckpointBounds;
  private current: Checkpoint | undefined;
  private idle = false;
  private cancelIdle: (() => void) | undefined;

  constructor(deps: { storage: Storage; clock: Clock; view: View; bounds: CheckpointBounds }) {
    this.storage = deps.storage;
    this.clock = deps.clock;
    this.view = deps.view;
    this.bounds = deps.bounds;
  }

  /** Writes at most one slice. True while there is more to write. */
  async step(): Promise<boolean> {
    if (this.storage.readOnly) return false;
    if (!this.current) {
      if (this.view.head.position === this.view.watermark) return false;
      if (!this.idle && !isDue(this.view, this.bounds)) return false;
      this.current = startCheckpoint(this.view);
    }
    this.idle = false;
    const checkpoint = this.current;
    const slice = await this.storage.write((tx) => writeSlice(tx, this.view, checkpoint));
    slice.settle();
    if (slice.done) this.current = undefined;
    return !slice.done;
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

  /** Writes all that is left. */
  async close(): Promise<void> {
    this.cancelIdle?.();
    if (this.bounds.records === Number.POSITIVE_INFINITY) return;
    this.idle = true;
    while (await this.step()) await this.clock.yield();
  }
}
