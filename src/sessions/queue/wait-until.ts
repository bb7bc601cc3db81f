import { CommitSignal } from '../../view/commit-signal.ts';
import type { Watching } from '../../view/reader.ts';

/**
 * Looks again and again, whenever any process may have committed, until `look` finds something. Keeps the process
 * alive.
 *
 * Errors: those of `look`; ENV_NOT_FOUND when the environment goes away; the reason that `signal` aborts with.
 */
export async function waitUntil<T>(
  env: Watching,
  look: () => Promise<T | undefined>,
  signal?: AbortSignal,
): Promise<T> {
  const commits = new CommitSignal(env, signal);
  try {
    for (;;) {
      commits.arm();
      signal?.throwIfAborted();
      const found = await look();
      if (found !== undefined) return found;
      await env.refuseWhenGone();
      await commits.next();
    }
  } finally {
    commits.stop();
  }
}
