import { isErrorCode } from '../../core/base/error-codes.ts';
import { TxlogError } from '../../core/base/errors.ts';
import type { ExitCode } from '../frame/exit-codes.ts';
import { onInterrupt } from '../frame/signals.ts';

/** A service that runs in this process. */
interface Service {
  stop(): Promise<void>;
  /** Rejects when it cannot go on; never resolves. */
  readonly failed: Promise<never>;
}

/** Runs a service until Ctrl-C or SIGTERM, stops it in order, and gives the exit code. Errors: those of the service. */
export async function runUntilTold(start: () => Promise<Service>): Promise<ExitCode> {
  const interrupt = onInterrupt();
  try {
    const service = await start();
    const told = new Promise<void>((resolve) => {
      interrupt.signal.addEventListener('abort', () => resolve());
      if (interrupt.signal.aborted) resolve();
    });
    try {
      await Promise.race([told, service.failed]);
    } finally {
      await service.stop();
    }
    return interrupt.exitCode() ?? 0;
  } catch (error) {
    throw asOwn(error);
  } finally {
    interrupt.release();
  }
}

/** The code of the service is a bundle with an error class of its own. */
function asOwn(error: unknown): unknown {
  if (error instanceof TxlogError || !(error instanceof Error) || error.name !== 'TxlogError') return error;
  const { code, message, details } = error as TxlogError;
  return isErrorCode(code) ? new TxlogError(code, message, { ...details, cause: error }) : error;
}
