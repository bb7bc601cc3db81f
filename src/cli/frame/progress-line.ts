import { Presets, SingleBar } from 'cli-progress';
import type { Progress } from '../../index.ts';
import { formatCount } from '../../text/printable.ts';
import { exitCodeOfSignal } from './signals.ts';
import { say } from './stderr.ts';

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

/**
 * Shows on stderr how far some work is, when that is a terminal and `wanted`; only the note where no size is known.
 * Ctrl-C or SIGTERM ends the process at once, terminal or not, and tells how far the work came: it is work that a
 * process may die in at any moment. Where the command itself listens for them, that is left to it.
 */
export function showWork(what: string, wanted: boolean, isSizeKnown = true): WorkProgress {
  let bar: SingleBar | undefined;
  let came = 'it had not begun';
  const stop = () => {
    bar?.stop();
    process.off('SIGINT', end).off('SIGTERM', end);
  };
  const end = (signal: 'SIGINT' | 'SIGTERM') => {
    // The bar hides the cursor, and gives it back.
    stop();
    if (process.listenerCount(signal) > 0) return;
    if (wanted) say(`interrupted ${what}: ${came}\n`);
    process.exit(exitCodeOfSignal[signal]);
  };
  // Before there is a bar: from its first moment on somebody gives the cursor back.
  process.on('SIGINT', end).on('SIGTERM', end);
  if (wanted && isTerminal()) bar = drawBar(what, isSizeKnown);
  return {
    onProgress(done, total, note = `${done} of ${total}`) {
      came = `it came to ${isSizeKnown ? `${formatCount(done)} of ${formatCount(total)}` : note}`;
      bar?.setTotal(Math.max(1, total));
      bar?.update(Math.min(done, total), { note });
    },
    stop,
  };
}

function drawBar(what: string, isSizeKnown: boolean): SingleBar {
  const format = isSizeKnown ? `${what} {bar} {percentage} % | {note} | {eta_formatted} left` : `${what} {note}`;
  const bar = new SingleBar({ ...style, format }, Presets.shades_classic);
  bar.start(1, 0, { note: '' });
  return bar;
}
