import type { Environment } from '../../environment/environment.ts';

/** Works with an environment, and closes it whatever happens. Errors: those of the work, else those of closing. */
export async function workIn<T>(env: Environment, work: (env: Environment) => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work(env);
  } catch (error) {
    // On a full disk closing fails too, but has nothing to say of where the work stopped, and how to go on.
    await env.close().catch(() => undefined);
    throw error;
  }
  await env.close();
  return result;
}
