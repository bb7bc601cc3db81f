import { TxlogError } from '../../core/base/errors.ts';
import type { ChosenEnvironment } from '../../environment/choose-environment.ts';
import type { Environment } from '../../environment/environment.ts';
import { wasInterrupted } from './signals.ts';

/** Works with an environment, and closes it unless a signal ended the work. Errors: those of the work, else those of closing. */
export async function withEnvironment<T>(env: Environment, work: (env: Environment) => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work(env);
  } catch (error) {
    // On a full disk closing fails too, but has nothing to say of where the work stopped, and how to go on.
    if (!wasInterrupted()) await env.close().catch(() => undefined);
    throw error;
  }
  // Ctrl-C waits for no indexes: the process ends as it is, and the next one folds what they lack.
  if (!wasInterrupted()) await env.close();
  return result;
}

/** An error of opening, which names what led to an environment that is none, where the command line does not. */
export function withSource(error: unknown, chosen: ChosenEnvironment): unknown {
  const isAbsent = error instanceof TxlogError && (error.code === 'ENV_NOT_FOUND' || error.code === 'ENV_FOREIGN');
  const source = sourceText(chosen);
  if (!isAbsent || source === undefined) return error;
  const hint = [source, error.details.hint].filter(Boolean).join(' ');
  return new TxlogError(error.code, error.message, { ...error.details, hint });
}

function sourceText({ origin, context }: ChosenEnvironment): string | undefined {
  if (origin === 'TXLOG_ENV') return 'TXLOG_ENV names this directory.';
  return context && `It is the environment of context ${context.name}.`;
}
