import type { TurnEnd } from './work-events.ts';

/** The result of one turn of `lead`. */
export interface TurnReport {
  /** Its session; undefined when none was due. */
  readonly session: string | undefined;
  readonly epoch: number;
  readonly ended: TurnEnd | 'idle';
  /** Operations that the advisor asked for and that were done. */
  readonly operations: number;
  /** Why the turn failed, if it did. */
  readonly error?: string;
  /** Why it ended, when it did not fail: what the advisor parked it for, or that it was stopped. */
  readonly reason?: string;
}
