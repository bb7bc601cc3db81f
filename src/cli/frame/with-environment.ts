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
