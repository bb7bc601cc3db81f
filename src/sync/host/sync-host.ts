import type { Head } from '../../layout/meta.ts';
import type { Task, TaskAnswer } from '../../pipeline/2-batch.ts';
import type { Adoption } from '../../pipeline/3-adopt.ts';
import type { Watching } from '../../view/reader.ts';

/** The parts of an open environment that sync uses. */
export interface SyncEnvironment extends Watching {
  /** Random id of the environment. */
  readonly unit: string;
  /** A new time-ordered id. */
  makeId(): string;
  /** Time of what is decided now, in ms since 1970. */
  now(): number;
  /** Processes operations as one batch. */
  process(tasks: readonly Task[]): Promise<readonly TaskAnswer[]>;
}

/** Appends records that were decided elsewhere; the head that they leave, once it is durable. */
export type Adopt = (adoption: Adoption) => Promise<Head>;

/** An open environment, and the door for records that were decided elsewhere: no one else gets it. */
export interface SyncHost {
  readonly env: SyncEnvironment;
  readonly adopt: Adopt;
}
