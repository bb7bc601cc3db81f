import { resolve } from 'node:path';
import { systemClock } from './clock/system.ts';
import { timeOrderedIds } from './clock/time-ordered-id.ts';
import { type App, emptyApp, type LoadedApp } from './core/app/app.ts';
import { checkBound, checkWhole } from './core/base/check-arguments.ts';
import { limits } from './core/base/limits.ts';
import { type RestoredBackup, restoreInTurns } from './environment/backup.ts';
import { type CheckpointPlaces, checkpointProcess } from './environment/checkpoint-process.ts';
import { Environment } from './environment/environment.ts';
import { lazyAdapters } from './environment/lazy-adapters.ts';
import { loadCode } from './environment/load-code.ts';
import { type Generation, inMemory, openNewestGeneration } from './environment/open-generation.ts';
import { type Format, firstJournalFormat } from './layout/meta.ts';
import { fileLeases } from './leases/file-leases.ts';
import { memoryLeases } from './leases/memory-leases.ts';
import { localOrder } from './order/local/local-order.ts';
import { Pipeline } from './pipeline/0-loop.ts';
import type { AttachmentStore } from './ports/attachment-store.ts';
import type { BackgroundCheckpoints } from './ports/background-checkpoints.ts';
import type { Clock } from './ports/clock.ts';
import { fileAttachments } from './storage/attachments/file-attachments.ts';
import { generationDir } from './storage/lmdb/generation.ts';
import { memoryAttachments } from './storage/memory/memory-attachments.ts';
import type { CheckpointBounds } from './view/checkpoint.ts';
import { LoopTurns } from './view/turns.ts';

/** How to open an environment. All optional. */
export interface OpenOptions {
  /** Make the environment when there is none. Default false. */
  readonly create?: boolean;
  /**
   * Read only: works beside writers, on a file system that cannot be written, and without the right to take locks; there,
   * reads that writers overtake begin again. Default false.
   */
  readonly readOnly?: boolean;
  /** The user's code: an app from `defineApp`, or the path of its module. */
  readonly app?: App | string;
  /** Records after which the indexes are written. 0 writes them with each transaction. Default 16,384. */
  readonly checkpointRecords?: number;
  /** Bytes of records after which the indexes are written. Default 48 MiB. */
  readonly checkpointBytes?: number;
  /** Address space for the data, in bytes; it grows by itself when it is too small. Default 1 TiB. */
  readonly mapBytes?: number;
  /** Free bytes on the disk below which writes are refused. Default 32 MiB. */
  readonly reserveBytes?: number;
  /** A new environment has a journal (docs/decisions/0037-journal.md). One that is there has what it was made with. Default true. */
  readonly journal?: boolean;
  /**
   * Whether a process of its own may write the indexes, where the environment has a journal and much is submitted. Without it this
   * one writes them. Default true.
   */
  readonly checkpointProcess?: boolean;
  /** Where time comes from. Default the machine's clock. */
  readonly clock?: Clock;
}

/**
 * Opens the environment in `dir` (`:memory:` for one that lives in this process only).
 *
 * Any number of processes, threads and handles may have it open at once; within a process, one that
 * writes is opened before one that only reads (ENV_READ_ONLY). All code is loaded when it resolves: what this
 * process lacks later, such as file descriptors, or a package that was upgraded under it, breaks no call for good.
 * Errors: ENV_NOT_FOUND, ENV_FOREIGN, ENV_NEWER, ENV_PERMISSION, APP_NOT_FOUND, APP_INVALID, STORAGE_FAILED,
 * CODE_NOT_LOADED.
 *
 * ```ts
 * import { openEnvironment } from 'txlog';
 * const env = await openEnvironment(':memory:', { create: true });
 * const receipt = await env.submit({ type: 'greet', changes: [{ op: 'add', key: 'greetings', value: 1 }] });
 * console.assert(receipt.outcome === 'committed');
 * await env.close();
 * ```
 */
export async function openEnvironment(dir: string, options: OpenOptions = {}): Promise<Environment> {
  await loadCode([() => import('./app/load-app.ts'), async () => (await import('./app/where.ts')).loadWhere()]);
  return openBriefly(dir, options);
}

/** Options for a process that ends soon. */
export interface BriefOptions extends OpenOptions {
  /** It adds few records: where that costs no more, their index rows are written with them. */
  readonly writesLittle?: boolean;
}

/** As `openEnvironment`, for a process that ends soon: code is loaded on first use, so that it starts fast. */
export async function openBriefly(dir: string, options: BriefOptions = {}): Promise<Environment> {
  checkBound('checkpointRecords', options.checkpointRecords);
  checkBound('checkpointBytes', options.checkpointBytes);
  checkWhole('mapBytes', options.mapBytes);
  checkWhole('reserveBytes', options.reserveBytes);
  const app = await toLoadedApp(options.app);
  const clock = options.clock ?? systemClock;
  const path = dir === inMemory ? dir : resolve(dir);
  const open = () =>
    openNewestGeneration({
      dir: path,
      readOnly: options.readOnly ?? false,
      create: options.create ?? false,
      mapBytes: options.mapBytes,
      reserveBytes: options.reserveBytes,
      journal: options.journal ?? true,
    });
  const makeId = timeOrderedIds(() => clock.now());
  const attachments =
    path === inMemory
      ? memoryAttachments(clock)
      : fileAttachments(path, options.readOnly === true, options.reserveBytes);
  const begin = (handle: Generation, kept: AttachmentStore, background?: BackgroundCheckpoints) => {
    const { storage, view, format } = handle;
    const bounds = boundsOf(options, format);
    const order = localOrder(storage, { withIndexes: bounds.records === 0 });
    const deps = { storage, view, clock, app, bounds, order, makeId, attachments: kept, background };
    return { handle, pipeline: new Pipeline(deps) };
  };
  const start = (handle: Generation, kept: AttachmentStore = attachments) => begin(handle, kept);
  const connect = async () => {
    const handle = await open();
    const { records } = boundsOf(options, handle.format);
    const mayHelp = options.checkpointProcess !== false;
    return begin(handle, attachments, mayHelp ? checkpointsBeside({ dir: path, records }, handle, clock) : undefined);
  };
  const leases = path === inMemory ? memoryLeases(clock) : fileLeases(path, clock, options.readOnly);
  const connection = await connect();
  const outside = lazyAdapters(app, {
    open: openBriefly,
    load: async (module) => (await import('./app/load-app.ts')).loadApp(module),
  });
  const parts = {
    dir: path,
    app,
    clock,
    leases,
    attachments,
    random: Math.random,
    makeId,
    loadTurnKinds,
    start,
    connect,
    connection,
  };
  return new Environment({ ...parts, ...outside });
}

// A command that does no work must not load how sagas are worked on.
const loadTurnKinds = async () => (await import('./sagas/saga-turn-kinds.ts')).sagaTurnKinds;

/**
 * Makes an environment in `dir` from a backup file or directory, once its whole chain is verified.
 *
 * Errors: ENV_EXISTS, BACKUP_INVALID.
 */
export function restore(from: string, dir: string): Promise<RestoredBackup> {
  return restoreInTurns(from, dir, new LoopTurns(systemClock));
}

async function toLoadedApp(app: App | string | undefined): Promise<LoadedApp> {
  if (app === undefined) return emptyApp;
  // Code that only apps need is loaded only with one: a plain `txlog submit` must start fast.
  const { compileApp, loadApp } = await import('./app/load-app.ts');
  return typeof app === 'string' ? loadApp(app) : compileApp(app, 'given in code');
}

/** A journal takes a record with one flush: a short command leaves its index rows to who comes next. */
function boundsOf(options: BriefOptions, { format }: Format): CheckpointBounds {
  const hasJournal = format >= firstJournalFormat;
  const isAtOnce = options.writesLittle === true && !hasJournal;
  return {
    records: isAtOnce ? 0 : (options.checkpointRecords ?? limits.checkpointRecords),
    bytes: options.checkpointBytes ?? limits.checkpointBytes,
    left: hasJournal ? limits.tailLeftRecords : 0,
  };
}

/** With a journal the log grows while another process writes the indexes. */
function checkpointsBeside(
  places: Omit<CheckpointPlaces, 'generationDir'>,
  { format, generation, storage }: Generation,
  clock: Clock,
) {
  const isApart = format.format >= firstJournalFormat && !storage.readOnly;
  const isBounded = places.records > 0 && Number.isFinite(places.records);
  if (!isApart || !isBounded) return undefined;
  return checkpointProcess({ ...places, generationDir: generationDir(places.dir, generation) }, clock);
}
