import { Presets, SingleBar } from 'cli-progress';
import type { Progress } from '../../index.ts';

/** How far some work is, shown to people. */
export interface WorkProgress {
  /** Tells it; `note` stands beside the bar. Without a note it is the numbers. */
  readonly onProgress: (...args: [...Parameters<Progress>, note?: string]) => void;
  stop(): void;
}

const style = { clearOnComplete: true, hideCursor: true, fps: 5, stream: process.stderr };

/** Whether a bar on stderr would be seen: only a terminal can draw over it. */
function isTerminal(): boolean {
  return process.stderr.isTTY === true && process.env.TERM !== 'dumb';
}

/** Shows on stderr how far some work is, when that is a terminal and `wanted`; only the note where no size is known. */
export function showWork(what: string, wanted: boolean, isSizeKnown = true): WorkProgress {
  if (!wanted || !isTerminal()) return { onProgress: () => undefined, stop: () => undefined };
  const format = isSizeKnown ? `${what} {bar} {percentage} % | {note} | {eta_formatted} left` : `${what} {note}`;
  const bar = new SingleBar({ ...style, format }, Presets.shades_classic);
  const stop = () => {
    bar.stop();
    process.off('SIGINT', restore).off('SIGTERM', restore);
  };
  // The bar hides the cursor: whoever is killed gives it back first, and then dies of the signal all the same.
  const restore = (signal: NodeJS.Signals) => {
    stop();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  process.on('SIGINT', restore).on('SIGTERM', restore);
  bar.start(1, 0, { note: '' });
  return {
    onProgress(done, total, note = `${done} of ${total}`) {
      bar.setTotal(Math.max(1, total));
      bar.update(Math.min(done, total), { note });
    },
    stop,
  };
}
