import type { LoadedApp } from '../../core/app/app.ts';
import type { Request } from '../../core/log/request.ts';
import type { Head } from '../../layout/meta.ts';
import type { Finish, Task, TaskAnswer } from '../../pipeline/2-batch.ts';
import type { Adoption } from '../../pipeline/3-adopt.ts';
import type { AttachmentStore } from '../../ports/attachment-store.ts';
import type { Watching } from '../../view/reader.ts';

/** The parts of an open environment that sync uses. */
export interface SyncEnvironment extends Watching {
  /** Random id of the environment. */
  readonly unit: string;
  /** Decides requests that are submitted here. */
  readonly app: LoadedApp;
  /** A new time-ordered id. */
  makeId(): string;
  /** Time of what is decided now, in ms since 1970. */
  now(): number;
  /** Checks a request without deciding it. Errors: those of step 1. */
  check(input: unknown, bytesKnown?: number): Request;
  /** Processes operations as one batch. */
  process(tasks: readonly Task[]): Promise<readonly TaskAnswer[]>;
}

/** Appends records that were decided elsewhere; the head that they leave, once it is durable. */
export type Adopt = (adoption: Adoption) => Promise<Head>;

/** Processes tasks as one batch, all or none, with more rows that are durable together with their records. */
export type SubmitFinishing = (tasks: readonly Task[], finish: Finish) => Promise<readonly TaskAnswer[]>;

/** An open environment, and the doors for what comes from elsewhere: no one else gets them. */
export interface SyncHost {
  readonly env: SyncEnvironment;
  readonly attachments: AttachmentStore;
  readonly adopt: Adopt;
  readonly submit: SubmitFinishing;
}
