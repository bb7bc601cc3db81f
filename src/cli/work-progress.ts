import { Presets, SingleBar } from 'cli-progress';
import type { Progress } from '../index.ts';

/** Progress of work whose size is known. */
export interface WorkProgress {
  readonly onProgress: Progress;
  stop(): void;
}

const style = { clearOnComplete: true, hideCursor: true, fps: 5, stream: process.stderr };

/** Shows on stderr how far some work is, when that is a terminal and `wanted`. */
export function showWork(what: string, wanted: boolean): WorkProgress {
  if (!wanted || !process.stderr.isTTY || process.env.TERM === 'dumb')
    return { onProgress: () => undefined, stop: () => undefined };
  const format = `${what} {bar} {percentage} % | {value} of {total} | {eta_formatted} left`;
  const bar = new SingleBar({ ...style, format }, Presets.shades_classic);
  bar.start(1, 0);
  return {
    onProgress(done, total) {
      bar.setTotal(Math.max(1, total));
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}
