import { TxlogError } from '../core/base/errors.ts';
import type { Request } from '../core/log/request.ts';
import type { Head } from '../layout/meta.ts';
import { RecordEncoder } from '../layout/record-codec.ts';
import { Checkpointer } from '../view/checkpointer.ts';
import { EmergencyStop } from './0-emergency-stop.ts';
import { EngineTime } from './0-engine-time.ts';
import { commitAdoption, commitBatch, type PipelineDeps, previewSubmission } from './0-pipeline.ts';
import { toRequest } from './1-request.ts';
import { BatchQueue, type Finish, type Submission, type Task, type TaskAnswer } from './2-batch.ts';
import type { Adoption } from './3-adopt.ts';

/** An adoption that waits for its turn. */
interface Adopting {
  readonly adoption: Adoption;
  settle(head: Head): void;
  fail(error: unknown): void;
}

/**
 * The one door to the log: takes tasks, and runs batch after batch while there are any, with checkpoints between them.
 *
 * Invariants: one batch is under way at a time. Every task that was taken is answered, or fails. After the stop nothing
 * is taken, and what waits fails.
 * Errors: those of step 1; STORAGE_ codes and EMERGENCY_STOP for environment failures.
 */
export class Pipeline {
  private readonly deps: PipelineDeps;
  private readonly queue = new BatchQueue();
  private readonly adopting: Adopting[] = [];
  private readonly encoder = new RecordEncoder();
  private readonly checkpointer: Checkpointer;
  private readonly time: EngineTime;
  private readonly failures = new EmergencyStop();
  private running: Promise<void> | undefined;
  private ended: TxlogError | undefined;

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
    const { time, clock } = this.deps.view.head;
    return this.time.now(time, clock);
  }

  /** Processes tasks in order. One answer each; with `atomic`, all are committed or none is logged. */
  async submit(requests: readonly Task[], atomic = false): Promise<readonly TaskAnswer[]> {
    return this.enqueue({ requests, atomic });
  }

  /**
   * Processes tasks in order, as one batch: all are decided, whatever their outcomes, and `finish` writes what is durable
   * together with them; or one cannot be decided, its answer says why, and nothing is logged.
   */
  async submitFinishing(requests: readonly Task[], finish: Finish): Promise<readonly TaskAnswer[]> {
    return this.enqueue({ requests, atomic: false, finish });
  }

  /** Appends records that were decided elsewhere, between two batches; the head that they leave, once it is durable. */
  async adopt(adoption: Adoption): Promise<Head> {
    if (this.stopped) throw this.stopped;
    return new Promise((settle, fail) => {
      this.adopting.push({ adoption, settle, fail });
      this.running ??= this.run();
    });
  }

  /** Decides requests as if they were submitted now, and writes nothing. */
  async preview(requests: readonly Task[]): Promise<readonly TaskAnswer[]> {
    return previewSubmission(this.deps, { requests, atomic: false, drafts: [], settle() {}, fail() {} }, this.time);
  }

  /** Waits for all work, writes the overlay into the indexes, and takes no more. */
  async close(): Promise<void> {
    this.ended ??= new TxlogError('ENV_CLOSED', 'the environment is closed');
    await this.running;
    // The view of a generation that is no more, or of a stopped engine, is not worth writing.
    if (this.failures.hasFailed) await this.checkpointer.abandon();
    else await this.checkpointer.close().catch(ignoreMoved);
  }

  /** Stops without touching the indexes: another generation took this one's place. */
  async abandon(): Promise<void> {
    this.ended ??= new TxlogError('ENV_MOVED', 'the environment moved to another generation');
    await this.running;
    await this.checkpointer.abandon();
  }

  private async enqueue(asked: Pick<Submission, 'requests' | 'atomic' | 'finish'>): Promise<readonly TaskAnswer[]> {
    // Enqueue synchronously when there is room, so that `close` also waits for this submission.
    if (this.queue.isFull) await this.queue.room();
    if (this.stopped) throw this.stopped;
    return new Promise((settle, fail) => {
      this.queue.add({ ...asked, drafts: [], settle, fail });
      this.running ??= this.run();
    });
  }

  private get stopped(): TxlogError | undefined {
    return this.failures.error ?? this.ended;
  }

  private async run(): Promise<void> {
    // A tick of the event loop lets callers of the same tick join the first batch.
    await this.deps.clock.yield();
    for (;;) {
      const submissions = this.queue.take();
      if (submissions.length > 0) await this.process(submissions);
      const adopting = this.adopting.shift();
      if (adopting) await this.commitAdopted(adopting);
      const more = await this.checkpoint();
      // After an emergency stop nothing in memory can be trusted, wherever the failure came from.
      if (this.failures.error) this.queue.failAll(this.failures.error);
      if (this.queue.isEmpty && this.adopting.length === 0 && !more) break;
      await this.deps.clock.yield();
    }
    this.running = undefined;
    this.checkpointer.whenIdle(() => {
      this.running ??= this.run();
    });
  }

  private async process(submissions: readonly Submission[]): Promise<void> {
    try {
      const { answers, postponed } = await commitBatch(this.deps, this.encoder, { submissions, time: this.time });
      for (const submission of [...postponed].reverse()) this.queue.addFirst(submission);
      for (const [submission, given] of answers) submission.settle(given);
      this.failures.succeeded();
    } catch (error) {
      // Nothing of the batch is applied, or its outcome is unknown.
      this.failed(error);
      for (const submission of submissions) submission.fail(error);
      if (this.stopped) this.queue.failAll(this.stopped);
    }
  }

  private async commitAdopted({ adoption, settle, fail }: Adopting): Promise<void> {
    try {
      if (this.failures.error) throw this.failures.error;
      settle(await commitAdoption(this.deps, this.encoder, adoption));
      this.failures.succeeded();
    } catch (error) {
      // A refused request has left no trace.
      if (!(error instanceof TxlogError) || isFailure(error)) this.failed(error);
      fail(error);
      if (this.stopped) this.queue.failAll(this.stopped);
    }
  }

  /** Writes a slice of the overlay. A failure loses nothing: the log has it all, and the next checkpoint starts anew. */
  private async checkpoint(): Promise<boolean> {
    try {
      return await this.checkpointer.step();
    } catch (error) {
      this.checkpointer.stop();
      this.failed(error);
      return false;
    }
  }

  /** The view may be ahead of the disk now: it is read anew. */
  private failed(error: unknown): void {
    this.deps.view.reset();
    this.failures.failed(error);
  }
}

/** Whether an adoption failed, and was not refused. */
function isFailure({ code }: TxlogError): boolean {
  return code.startsWith('STORAGE_') || code === 'ENV_MOVED';
}

/** Another generation has all that this one would still write. */
function ignoreMoved(error: unknown): void {
  if (!(error instanceof TxlogError) || error.code !== 'ENV_MOVED') throw error;
}
