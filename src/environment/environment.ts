import { Attachments } from '../attachments/attachments.ts';
import type { AuditReport } from '../audit/audit-report.ts';
import type { CompensateOptions } from '../compensate/carry-out.ts';
import type { CompensationPlan } from '../compensate/compensation-plan.ts';
import type { LoadedApp } from '../core/app/app.ts';
import type { ThemeDefinition } from '../core/app/theme.ts';
import { present } from '../core/base/assert.ts';
import { checkWhole } from '../core/base/check-arguments.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import { type Operation, type OperationResult, operationOfCaller } from '../core/log/operation.ts';
import type { Receipt } from '../core/log/receipt.ts';
import type { Request, RequestInput } from '../core/log/request.ts';
import { Monitor } from '../monitor/monitor.ts';
import type { Answer, Task, TaskAnswer } from '../pipeline/2-batch.ts';
import { refuseTooLarge, splitSubmissions } from '../pipeline/2-split-submissions.ts';
import type { Adoption } from '../pipeline/3-adopt.ts';
import { receiptOrThrow, resultOrThrow } from '../pipeline/7-respond.ts';
import type { BuildReading } from '../ports/build.ts';
import type { Effects } from '../ports/effects.ts';
import type { Leases } from '../ports/leases.ts';
import type { Services } from '../ports/services.ts';
import type { DecideAgainOptions, NextFlip, NextFlipOptions } from '../replay/debugger.ts';
import type { DecidedAgain } from '../replay/decide-again.ts';
import type { WhatIfOptions, WhatIfReport } from '../replay/what-if.ts';
import type { StoredCursor } from '../rescan/stored-cursor.ts';
import { Sagas } from '../sagas/sagas.ts';
import { OpenPlaces } from '../sessions/host/open-places.ts';
import type { EnqueueAnswer, Enqueued, EnqueueOptions } from '../sessions/queue/enqueue.ts';
import type { ResponseQueue } from '../sessions/queue/response-queue.ts';
import type { RemovedSession, WaitOptions } from '../sessions/queue/wait-for-session.ts';
import { Sessions } from '../sessions/sessions.ts';
import type { TurnReport } from '../sessions/turn/turn-report.ts';
import type { Worker, WorkOptions } from '../sessions/turn/work-events.ts';
import type { LeadOptions } from '../sessions/worker/lead-one.ts';
import { startWork } from '../sessions/worker/start-work.ts';
import { listBuilds } from '../storage/lmdb/builds.ts';
import { Sync } from '../sync/sync.ts';
import type { Progress } from '../view/reader.ts';
import type { BackupReport } from './backup.ts';
import { EnvironmentReading } from './environment-reading.ts';
import { inMemory } from './open-generation.ts';
import type {
  AbortOptions,
  EnvironmentParts,
  ProgressOptions,
  RebuildOptions,
  RebuildReport,
  TransactionName,
} from './parts.ts';
import type { ReplayedTo, ReplayTarget } from './rebuild.ts';

/**
 * An open environment: all that the command line does goes through here.
 *
 * Errors: every method rejects with a TxlogError whose code is in docs/errors.md; ENV_CLOSED after `close`.
 */
export class Environment extends EnvironmentReading {
  /** Durable work items, by theme. */
  readonly sessions: Sessions;
  /** Work of several steps, each of which can be undone. */
  readonly sagas: Sagas;
  /** Dumps out of this environment and into it. */
  readonly sync: Sync;
  /** Big data beside the log, which transactions name by their digests. */
  readonly attachments: Attachments;
  /** How it stands, for who watches it. */
  readonly monitor: Monitor;
  /** Signs of life of those who lead sessions. */
  readonly leases: Leases;
  /** The ports through which steps of sagas act. */
  readonly effects: Effects;
  readonly services: Services;
  /** Workers of this environment that may lead at once what is made here. */
  readonly places: OpenPlaces = new OpenPlaces();
  private readonly parts: EnvironmentParts;

  constructor(parts: EnvironmentParts) {
    super(parts);
    this.parts = parts;
    this.leases = parts.leases;
    this.effects = parts.effects;
    this.services = parts.services;
    this.sessions = new Sessions(this);
    this.sagas = new Sagas(this);
    this.monitor = new Monitor(this);
    const adopt = (adoption: Adoption) => this.connections.run(({ pipeline }) => pipeline.adopt(adoption));
    this.attachments = new Attachments({ env: this, store: parts.attachments, adopt });
    this.sync = new Sync({
      env: this,
      attachments: parts.attachments,
      adopt,
      submit: (tasks, finish) => this.connections.run(({ pipeline }) => pipeline.submitFinishing(tasks, finish)),
    });
  }

  /** Work of any process that builds indexes beside this environment. */
  builds(): readonly BuildReading[] {
    const { dir } = this;
    return dir === inMemory ? [] : listBuilds(dir);
  }

  /** A new time-ordered id, as a request gets that names none. */
  makeId(): string {
    return this.parts.makeId();
  }

  /** Chance, from 0 to less than 1. */
  random(): number {
    return this.parts.random();
  }

  /** Checks input without deciding it. `bytesKnown` is the size of the text it was parsed from. */
  check(input: unknown, bytesKnown?: number): Request {
    return this.connections.current.pipeline.check(input, bytesKnown);
  }

  /**
   * Processes one request. The receipt, also a rejection's, is durable, and the same for ever for the same id.
   *
   * Errors: REQUEST_ and JSON_ codes for bad input, REQUEST_ID_CONFLICT, STORAGE_ codes. A rejection is no error.
   */
  async submit(input: RequestInput): Promise<Receipt> {
    const request = this.check(input);
    const [answer] = await this.connections.run(({ pipeline }) => pipeline.submit([request]));
    return receiptOrThrow(present(answer, 'answer'));
  }

  /**
   * Processes checked requests in their order; one answer each. With `atomic` all are committed, or nothing is logged.
   *
   * Units: at most `limits.atomicRequestsMax` requests when atomic.
   */
  async submitChecked(
    requests: readonly Request[],
    options: { readonly atomic?: boolean } = {},
  ): Promise<readonly Answer[]> {
    const units = options.atomic ? [refuseTooLarge(requests)] : splitSubmissions(requests);
    const answers = await Promise.all(
      units.map((unit) => this.connections.run(({ pipeline }) => pipeline.submit(unit, options.atomic))),
    );
    return answers.flat() as readonly Answer[];
  }

  /** Carries out operations on sessions in their order; one result each. Errors: THEME_NOT_FOUND, THEME_CONFLICT. */
  async operate(operations: readonly Operation[]): Promise<readonly OperationResult[]> {
    return (await this.process(operations.map(operationOfCaller))).map(resultOrThrow);
  }

  /** Processes requests and operations in their order, as one batch; one answer each. The engine's own way in. */
  async process(tasks: readonly Task[]): Promise<readonly TaskAnswer[]> {
    return this.connections.run(({ pipeline }) => pipeline.submit(tasks));
  }

  /**
   * Leads one session, the next of a theme that is due or the one that is named, through one turn: asks the advisor,
   * does what it answers, and asks again, until the session is removed, stored or parked. Never leaves it led.
   *
   * Errors: those of `operate` while nothing is led. A turn that fails is a report.
   */
  async lead(
    theme: string,
    advisor: NonNullable<ThemeDefinition['advisor']>,
    options: LeadOptions = {},
  ): Promise<TurnReport> {
    const { leadOne } = await import('../sessions/worker/lead-one.ts');
    return leadOne(this, { theme, advisor }, options);
  }

  /** Starts a worker: it leads the sessions of its themes as they become due, until it is stopped. */
  work(options: WorkOptions = {}): Worker {
    return startWork(this, this.parts.loadTurnKinds, options);
  }

  /**
   * Puts a request into the durable queue of its type, to be decided by a worker, once. One that was decided before is
   * answered with its receipt; the same again is the same session.
   *
   * Errors: as `submit`; THEME_CONFLICT.
   */
  async enqueue(input: RequestInput, options: EnqueueOptions = {}): Promise<Enqueued> {
    const { enqueue } = await import('../sessions/queue/enqueue.ts');
    return enqueue(this, input, options);
  }

  /** Puts checked requests into the queues of their types, in their order and in one batch; one answer each. */
  async enqueueChecked(requests: readonly Request[], options: EnqueueOptions = {}): Promise<readonly EnqueueAnswer[]> {
    const { enqueueChecked } = await import('../sessions/queue/enqueue.ts');
    return enqueueChecked(this, requests, options);
  }

  /**
   * Waits until a request is decided, or a session is removed. Errors: WAIT_TIMEOUT; TRANSACTION_NOT_FOUND when there
   * never was such a request or session; what `signal` aborts with.
   */
  async wait(id: string, options: WaitOptions = {}): Promise<Receipt | RemovedSession> {
    const { waitFor } = await import('../sessions/queue/wait-for-session.ts');
    return waitFor(this, id, options);
  }

  /**
   * Begins to take the responses that come to a theme, which nothing else leads: for who queues many requests with this
   * theme as `respond`, and waits for each. `onError` hears when it could not look; it looks again.
   */
  async takeResponses(theme: string, onError: (error: Error) => void): Promise<ResponseQueue> {
    const { ResponseQueue } = await import('../sessions/queue/response-queue.ts');
    return new ResponseQueue(this, theme, onError);
  }

  /** Decides requests as if they were submitted now, and writes nothing. */
  async preview(requests: readonly Request[]): Promise<readonly Answer[]> {
    return this.connections.run(async ({ pipeline }) => (await pipeline.preview(requests)) as readonly Answer[]);
  }

  /**
   * Runs `work` on a copy of the environment as it is now: what is submitted to it is decided and folded as it would be
   * here, in any amount, and none of it is kept.
   */
  async withFork<T>(work: (copy: Environment) => Promise<T>): Promise<T> {
    const { openFork } = await import('./fork.ts');
    const { memoryLeases } = await import('../leases/memory-leases.ts');
    const { rehearsedAttachments } = await import('../storage/layered/rehearsed-attachments.ts');
    await this.read(() => undefined);
    const { handle, dispose } = await this.connections.run(({ handle }) => openFork(this.dir, handle));
    const attachments = rehearsedAttachments(this.parts.attachments, this.clock);
    const connection = this.parts.start(handle, attachments);
    const connect = () => Promise.reject(new TxlogError('ENV_CLOSED', 'a dry run has only one generation'));
    try {
      const leases = memoryLeases(this.clock);
      return await work(new Environment({ ...this.parts, leases, attachments, connection, connect }));
    } finally {
      await connection.pipeline.abandon();
      await dispose();
    }
  }

  /**
   * Undoes one committed transaction by a new record; a second time gives the first receipt, as a duplicate.
   *
   * Errors: TRANSACTION_NOT_FOUND. What cannot be undone is a rejection: NOT_COMPENSABLE, COMPENSATION_BLOCKED.
   */
  async compensate(name: TransactionName, options: CompensateOptions = {}): Promise<Receipt> {
    const { compensateOne } = await import('../compensate/carry-out.ts');
    return compensateOne(this, name, options);
  }

  /** Saves where a named reader stands; durable when it resolves. */
  async saveCursor(name: string, cursor: StoredCursor): Promise<void> {
    checkWhole('position', cursor.position);
    const { writeCursor } = await import('../rescan/stored-cursor.ts');
    await this.connections.run(({ handle }) =>
      handle.storage.write((tx) => {
        handle.view.catchUp(tx);
        writeCursor(tx, name, cursor);
      }, 'log'),
    );
  }

  /** Plans the compensation of these transactions, in this order. Writes nothing. */
  async planCompensation(
    names: readonly TransactionName[],
    { onProgress, signal }: ProgressOptions & AbortOptions = {},
  ): Promise<CompensationPlan> {
    const { makePlan } = await import('../compensate/compensation-plan.ts');
    const targets = await Promise.all(names.map((name) => this.transaction(name)));
    return makePlan(this, targets, given({ onProgress, signal }));
  }

  /**
   * Carries out a plan, in its order; what it says is refused or done is left out. Running it again goes on where it
   * stopped. Errors: PLAN_INVALID; PLAN_STALE, with nothing applied, when a key has changed since.
   */
  async *applyPlan(input: unknown, options: CompensateOptions & ProgressOptions = {}): AsyncGenerator<Receipt> {
    const { carryOutPlan } = await import('../compensate/carry-out.ts');
    yield* carryOutPlan(this, input, options);
  }

  /**
   * Checks the log's chain, checksums and totals, the storage's pages, and that attachments are here which committed records
   * name. Fast; changes nothing. With `onAttachmentBytes` it reads all attachments too, and tells how many bytes of how many.
   */
  async verify(options: ProgressOptions & { readonly onAttachmentBytes?: Progress } = {}): Promise<AuditReport> {
    const { verify } = await import('../audit/audit.ts');
    const { onProgress, onAttachmentBytes: onBytes } = options;
    const { attachments } = this.parts;
    return this.connections.run(({ handle }) =>
      verify(handle.storage, this.turns, { attachments, onProgress, onBytes }),
    );
  }

  /** Folds the whole log again beside the environment and compares every state, list and index with it. */
  async rescanVerify(options: ProgressOptions = {}): Promise<AuditReport> {
    const { rescanVerify } = await import('../audit/audit.ts');
    const { withScratchStorage } = await import('./scratch-storage.ts');
    return withScratchStorage(this, (side) =>
      this.connections.run(({ handle }) => rescanVerify(this, { storage: handle.storage, side }, options.onProgress)),
    );
  }

  /**
   * Makes all indexes anew from the log and swaps them in atomically. `journal`: whether the environment has a journal from then
   * on; unless told, as before. Errors: ENV_READ_ONLY, STORAGE_CORRUPT.
   */
  async rebuild(options: RebuildOptions = {}): Promise<RebuildReport> {
    const { rebuild, removeOldGenerations } = await import('./rebuild.ts');
    const report = await rebuild(this, options);
    // The next read finds the old generation moved, and opens the new one.
    await this.read(() => undefined);
    await removeOldGenerations(this.dir, report.generation);
    return report;
  }

  /** Writes a new environment in `dir` that holds the log up to `position`. Errors: ENV_EXISTS, POSITION_NOT_FOUND. */
  async replayTo(target: ReplayTarget): Promise<ReplayedTo> {
    checkWhole('position', target.position);
    const { replayTo } = await import('./rebuild.ts');
    return replayTo(this, target);
  }

  /** Decides every logged request again with other handlers, beside the environment, and tells what would differ. */
  async whatIf(app: LoadedApp, options: WhatIfOptions = {}): Promise<WhatIfReport> {
    const { whatIf } = await import('../replay/what-if.ts');
    const { withScratchStorage } = await import('./scratch-storage.ts');
    return withScratchStorage(this, (side) => whatIf(this, { side, app }, options));
  }

  /**
   * Decides a logged request again on the states that it was decided on, by the environment's app or another one: what it
   * read, what it answered, what it would change. Writes nothing. Errors: POSITION_NOT_FOUND; USAGE of a record of the engine.
   */
  async decideAgain(position: number, { app = this.app }: DecideAgainOptions = {}): Promise<DecidedAgain> {
    checkWhole('position', position);
    const { decideRecord } = await import('../replay/debugger.ts');
    return decideRecord(this, await this.transaction(position), app);
  }

  /** The first decision after a position that comes out otherwise: decided as `decideAgain` does, each on its own states. */
  async nextFlip(after: number, { app = this.app, ...options }: NextFlipOptions = {}): Promise<NextFlip> {
    checkWhole('after', after);
    const { findNextFlip } = await import('../replay/debugger.ts');
    return findNextFlip(this, after, { app, ...options });
  }

  /** Copies the environment, online, into a directory or a file, and verifies the copy. Errors: BACKUP_EXISTS. */
  async backup(target: string, options: ProgressOptions = {}): Promise<BackupReport> {
    const { backup } = await import('./backup.ts');
    await this.read(() => undefined);
    return this.connections.run(({ handle }) =>
      backup({ dir: this.dir, storage: handle.storage }, target, { turns: this.turns, onProgress: options.onProgress }),
    );
  }

  /** Waits for all work under way, writes the indexes, and closes. May be called twice. */
  async close(): Promise<void> {
    await this.connections.close();
    await this.services.close();
  }
}
