import { SingleBar } from 'cli-progress';
import type { Progress } from '../../index.ts';
import { formatCount } from '../../text/printable.ts';
import { columnsOf } from '../../text/width.ts';
import { whileShown } from './open-work.ts';
import { type Course, progressJson, progressLine, progressText } from './progress-text.ts';
import { exitCodeOfSignal } from './signals.ts';
import { say } from './stderr.ts';

/** How far some work is, shown to people. */
export interface WorkProgress {
  /** Tells it; `note` stands beside the bar. Without a note it is the numbers. */
  readonly onProgress: (...args: [...Parameters<Progress>, note?: string]) => void;
  stop(): void;
}

/** How progress is shown: to people, as lines of JSON, only when it is interrupted, or not at all. */
export type Shown = boolean | 'json' | 'interruption';

/** Properties of some work that its words depend on. */
export interface WorkKnown {
  readonly isSizeKnown?: boolean;
  /** Whether the same command, given again, goes on where this one was interrupted. */
  readonly goesOn?: boolean;
}

const style = { clearOnComplete: true, hideCursor: true, fps: 5, stream: process.stderr };
/** Lines are for logs: people who do not look get one each so many ms, and none of short work. */
const lineMs = 10_000;
const jsonMs = 1_000;

/** Whether a bar on stderr would be seen: only a terminal can draw over it. */
function isTerminal(): boolean {
  return process.stderr.isTTY === true && process.env.TERM !== 'dumb';
}

/**
 * Shows on stderr how far some work is, where that is `shown`: a bar on a terminal; elsewhere a line each ten seconds,
 * none of shorter work; under `json` an object a second. Only the note where no size is known.
 *
 * Ctrl-C or SIGTERM ends the process at once, terminal or not, and tells how far the work came: it is work that a
 * process may die in at any moment. Where the command itself listens for them, that is left to it.
 */
export function showWork(
  what: string,
  shown: Shown,
  { isSizeKnown = true, goesOn = false }: WorkKnown = {},
): WorkProgress {
  let bar: SingleBar | undefined;
  let came = 'it had not begun';
  const stop = whileShown(() => {
    bar?.stop();
    process.off('SIGINT', end).off('SIGTERM', end);
  });
  const end = (signal: 'SIGINT' | 'SIGTERM') => {
    // The bar hides the cursor, and gives it back.
    stop();
    if (process.listenerCount(signal) > 0) return;
    const next = goesOn ? '; the same command goes on there' : '';
    if (shown === true || shown === 'interruption') say(`interrupted ${what}: ${came}${next}\n`);
    process.exit(exitCodeOfSignal[signal]);
  };
  // Before there is a bar: from its first moment on somebody gives the cursor back.
  process.on('SIGINT', end).on('SIGTERM', end);
  const course: Course = { what, isSizeKnown, since: performance.now() };
  if (shown === true && isTerminal()) bar = drawBar(course);
  const lines = shown === false || shown === 'interruption' || bar ? undefined : new Lines(course, shown === 'json');
  return {
    onProgress(done, total, note = `${formatCount(done)} of ${formatCount(total)}`) {
      came = `it came to ${isSizeKnown ? `${formatCount(done)} of ${formatCount(total)}` : note}`;
      bar?.setTotal(Math.max(1, total));
      bar?.update(Math.min(done, total), { note });
      lines?.tell(done, total, note);
    },
    stop,
  };
}

/** Progress where nothing can be drawn over. */
class Lines {
  private readonly course: Course;
  private readonly isJson: boolean;
  private told: number;

  constructor(course: Course, isJson: boolean) {
    this.course = course;
    this.isJson = isJson;
    this.told = course.since;
  }

  tell(done: number, total: number, note: string): void {
    const now = performance.now();
    if (now - this.told < (this.isJson ? jsonMs : lineMs)) return;
    this.told = now;
    const at = { done, total, note, elapsedMs: now - this.course.since };
    say(`${this.isJson ? progressJson(this.course, at) : progressText(this.course, at)}\n`);
  }
}

function drawBar(course: Course): SingleBar {
  const bar = new SingleBar({
    ...style,
    format: (_, { value, total }, { note }: { readonly note: string }) => {
      const at = { done: value, total, note, elapsedMs: performance.now() - course.since };
      // In the last column some terminals begin a new line.
      return progressLine(course, at, columnsOf(process.stderr) - 1);
    },
  });
  bar.start(1, 0, { note: '' });
  return bar;
}
