import { type FSWatcher, watch } from 'node:fs';

/** LMDB shows a commit a moment after it has written it: who looks at once may come too early, and looks once more. */
const visibleMs = 10;
/** How soon the system is asked again for a watcher that it could not give. */
const watchAgainMs = 1_000;

/**
 * Calls back soon after a file was written; returns how to stop. Where the system has no watcher to give, or the file is
 * gone because a rebuild took its place, it is asked again from time to time: followers look by themselves meanwhile.
 */
export function watchFile(file: string, changed: () => void): () => void {
  let seeAgain: NodeJS.Timeout | undefined;
  let askAgain: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  const tell = () => {
    changed();
    seeAgain = seeAgain?.refresh() ?? setTimeout(changed, visibleMs).unref();
  };
  const begin = () => {
    try {
      watcher = watch(file, { persistent: false }, tell);
      watcher.on('error', beginLater);
      if (askAgain) tell();
    } catch {
      beginLater();
    }
  };
  const beginLater = () => {
    watcher?.close();
    watcher = undefined;
    askAgain = setTimeout(begin, watchAgainMs).unref();
  };
  begin();
  return () => {
    clearTimeout(seeAgain);
    clearTimeout(askAgain);
    watcher?.close();
  };
}
