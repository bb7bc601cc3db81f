import { TxlogError } from '../core/base/errors.ts';
import { limits } from '../core/base/limits.ts';

/**
 * Counts failures in a row. After `limits.commitFailuresMax`, or after one that is no failure of the environment, the
 * engine takes no more work: an engine that cannot trust its own memory must not go on answering.
 */
export class EmergencyStop {
  private inRow = 0;
  private stop: TxlogError | undefined;

  /** EMERGENCY_STOP, once the engine has stopped. */
  get error(): TxlogError | undefined {
    return this.stop;
  }

  /** Whether the last batch failed, so that the view is not worth writing. */
  get hasFailed(): boolean {
    return this.inRow > 0;
  }

  /** A batch was committed: failures are counted anew. */
  succeeded(): void {
    this.inRow = 0;
  }

  /** A commit or a checkpoint failed. That this is not the place to write is no failure. */
  failed(error: unknown): void {
    if (error instanceof TxlogError && (error.code === 'ENV_MOVED' || error.code === 'ENV_MIRROR')) return;
    this.inRow += 1;
    if (error instanceof TxlogError && this.inRow < limits.commitFailuresMax) return;
    this.stop ??= new TxlogError('EMERGENCY_STOP', `no more work is taken: ${(error as Error).message}`, {
      cause: error,
      hint: 'Requests without a receipt have an unknown outcome; submitting them again with the same id is safe.',
      next: ['txlog doctor', 'txlog verify'],
    });
  }
}
