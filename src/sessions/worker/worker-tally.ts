import { TxlogError } from '../../core/base/errors.ts';
import { isQueueTheme } from '../../pipeline/3-queued-request.ts';
import type { TurnReport } from '../turn/turn-report.ts';
import type { WorkReport } from '../turn/work-events.ts';

/** Counts what a worker does. */
export class WorkerTally {
  /** Why the worker had to stop by itself. */
  emergency: TxlogError | undefined;
  mended = 0;
  private turns = 0;
  private failed = 0;
  private requests = 0;
  private readonly ends = { removed: 0, stored: 0, parked: 0, lost: 0, idle: 0 };

  /** Counts a turn. */
  add(theme: string, { ended, error }: TurnReport): void {
    this.turns += 1;
    this.ends[ended] += 1;
    if (error !== undefined) this.failed += 1;
    if (ended === 'removed' && isQueueTheme(theme)) this.requests += 1;
  }

  /** Returns the counts so far. */
  get report(): WorkReport {
    const { turns, failed, requests, mended, emergency } = this;
    const { removed, stored, parked, lost } = this.ends;
    const counts = { turns, removed, stored, parked, lost, failed, requests, mended };
    return emergency ? { ...counts, emergency } : counts;
  }
}

/** Why a worker that cannot confirm what it does takes no more work. */
export function emergencyStop(error: Error): TxlogError {
  return new TxlogError('EMERGENCY_STOP', `the worker takes no more work: ${error.message}`, {
    cause: error,
    hint: 'Another worker frees the sessions that it led.',
    next: ['txlog doctor', 'txlog session stuck'],
  });
}
