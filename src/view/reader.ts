import type { Clock } from '../ports/clock.ts';
import type { Cut } from './cut.ts';
import type { LoopTurn, Steps } from './turns.ts';

/** Reads an environment, one consistent view at a time: what capabilities need of it. */
export interface ViewReader {
  /**
   * Runs `work` on the newest view. Synchronous: what it returns must not hold on to the snapshot. Work that may take
   * long ends when `turn` is over, and is called again for the rest.
   */
  read<T>(work: (cut: Cut, turn: LoopTurn) => T): Promise<T>;
}

/** A reader that also takes work of any length. */
export interface LongViewReader extends ViewReader {
  /**
   * Takes the steps of `work` on one consistent view, over as many turns of the event loop as they need. Work that does
   * not end in one turn is begun anew, on a view that stays as it is: it must change nothing but its own. Errors: the
   * reason of `signal` once that is aborted.
   */
  readSteps<T>(work: (cut: Cut) => Steps<T>, signal?: AbortSignal): Promise<T>;
}

/** A reader that also hears of new records. */
export interface Watching extends LongViewReader {
  readonly clock: Clock;
  /** Calls back soon after any process committed; returns how to stop. */
  watch(changed: () => void): () => void;
  /** Errors: ENV_NOT_FOUND once the environment was removed, or another put in its place: nothing will happen there. */
  refuseWhenGone(): Promise<void>;
}

/** Tells how far a long piece of work is. */
export type Progress = (done: number, total: number) => void;
