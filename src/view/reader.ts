import type { Clock } from '../ports/clock.ts';
import type { Snapshot } from '../ports/storage.ts';
import type { View } from './view.ts';

/** Reads an environment, one consistent view at a time: what capabilities need of it. */
export interface Reading {
  /** Runs `work` on the newest view. Synchronous: what it returns must not hold on to the snapshot. */
  read<T>(work: (view: View, snapshot: Snapshot) => T): Promise<T>;
}

/** Reading that also hears of new records. */
export interface Watching extends Reading {
  readonly clock: Clock;
  /** Calls back soon after any process committed; returns how to stop. */
  watch(changed: () => void): () => void;
}

/** Tells how far a long piece of work is. */
export type Progress = (done: number, total: number) => void;
