import type { LoadedApp } from '../core/app/app.ts';
import type { Pipeline } from '../pipeline/0-loop.ts';
import type { AttachmentStore } from '../ports/attachment-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Effects } from '../ports/effects.ts';
import type { Leases } from '../ports/leases.ts';
import type { Services } from '../ports/services.ts';
import type { LoadTurnKinds } from '../sessions/worker/start-work.ts';
import type { Progress } from '../view/reader.ts';
import type { Generation } from './open-generation.ts';

/** One generation of an environment, open, and the pipeline that writes it. */
export interface Connection {
  readonly handle: Generation;
  readonly pipeline: Pipeline;
}

/** The parts of an Environment; `openEnvironment` puts it together. */
export interface EnvironmentParts {
  readonly dir: string;
  readonly app: LoadedApp;
  readonly clock: Clock;
  readonly connection: Connection;
  readonly leases: Leases;
  readonly attachments: AttachmentStore;
  readonly effects: Effects;
  readonly services: Services;
  /** Loads what a worker runs by itself, without an advisor. */
  readonly loadTurnKinds: LoadTurnKinds;
  /** Chance, from 0 to less than 1: spreads what would else be tried again all at once. */
  random(): number;
  /** A new time-ordered id for a request. */
  makeId(): string;
  /** Puts a pipeline on an open storage. */
  start(handle: Generation, attachments?: AttachmentStore): Connection;
  /** Opens the newest generation anew, after a rebuild by anyone took the place of the present one. */
  connect(): Promise<Connection>;
}

/** A transaction by its id, or by its position. */
export type TransactionName = string | number;

/** Where a follower starts, and what ends it. */
export interface FollowOptions {
  readonly from?: number;
  readonly signal?: AbortSignal;
}

/** Long work tells how far it is. */
export interface ProgressOptions {
  readonly onProgress?: Progress;
}

/** A read that may be long, and ends with the reason of `signal` once that is aborted. */
export interface AbortOptions {
  readonly signal?: AbortSignal;
}

/** How to rebuild. `journal`: whether the environment has one from then on; unless told, as before. */
export interface RebuildOptions extends ProgressOptions {
  readonly journal?: boolean;
}

/** The report of a rebuild. */
export interface RebuildReport {
  readonly generation: number;
  readonly records: number;
}
