import type { Watching } from '../../view/reader.ts';

/** Where no watcher works, such as on some shared folders, what is new is noticed this late. */
const lookAgainMs = 1_000;

/**
 * Looks again and again, whenever any process may have committed, until `look` finds something. Keeps the process
 * alive.
 *
 * Errors: those of `look`; ENV_NOT_FOUND when the environment goes away; the reason that `signal` aborts with.
 */
export async function untilFound<T>(
  env: Watching,
  look: () => Promise<T | undefined>,
  signal?: AbortSignal,
): Promise<T> {
  let wake = () => {};
  const tell = () => wake();
  const stopWatching = env.watch(tell);
  signal?.addEventListener('abort', tell);
  try {
    for (;;) {
      // Asked for before the look: nothing that comes in between is missed.
      const heard = new Promise<void>((resolve) => {
        wake = resolve;
      });
      signal?.throwIfAborted();
      const found = await look();
      if (found !== undefined) return found;
      await env.refuseWhenGone();
      const cancel = env.clock.after(lookAgainMs, tell, { keepsAlive: true });
      await heard;
      cancel();
    }
  } finally {
    stopWatching();
    signal?.removeEventListener('abort', tell);
  }
}
