import type { Environment } from '../../environment/environment.ts';
import type { WorkOptions, WorkReport } from '../../index.ts';
import type { ExitCode } from '../frame/exit-codes.ts';
import { catchAppErrors } from './app-errors.ts';
import type { WorkLog } from './work-log.ts';

const codes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs a worker until it has ended. The first Ctrl-C or SIGTERM drains it, the second stops it now, a third one does
 * not even wait for that. What the app's code throws where nobody waits for it is told, and ends nothing.
 *
 * Errors: those of bad options.
 */
export async function runWorker(
  env: Environment,
  options: Omit<WorkOptions, 'onEvent' | 'signal'>,
  log: WorkLog,
): Promise<{ readonly report: WorkReport; readonly exitCode: ExitCode }> {
  const { exit } = process;
  const stopHearing = catchAppErrors((error) => log.appError(error));
  const worker = env.work({ ...options, onEvent: (event) => log.event(event) });
  let heard = 0;
  let code: ExitCode = 0;
  const hear = (name: NodeJS.Signals) => {
    heard += 1;
    code = codes[name as keyof typeof codes];
    if (heard > 2) exit.call(process, code);
    const ending = heard === 1 ? worker.stop() : worker.kill();
    // `done` reports what goes wrong with it.
    ending.catch(() => undefined);
  };
  process.on('SIGINT', hear).on('SIGTERM', hear);
  try {
    const report = await worker.done;
    return { report, exitCode: report.emergency ? 69 : code };
  } finally {
    stopHearing();
    process.off('SIGINT', hear).off('SIGTERM', hear);
    log.stop();
  }
}
