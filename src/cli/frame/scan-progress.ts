import { formatCount } from '../../text/printable.ts';
import { type Shown, showWork, type WorkProgress } from './progress-line.ts';

/** Scans that end sooner are not worth a bar. */
const quickMs = 250;

/**
 * How far a scan of the log is, or of a list, whose end is not known, for people who wait for what it finds: from a quarter of a second on, and until it prints
 * something where that is the same terminal.
 */
export class ScanProgress {
  private readonly shown: Shown;
  private readonly range: { readonly from: number; readonly to: number } | undefined;
  private readonly began = performance.now();
  private work: WorkProgress | undefined;
  private first: number | undefined;
  private isOver = false;
  private count = 0;

  constructor(shown: Shown, range?: { readonly from: number; readonly to: number }) {
    this.shown = shown;
    this.range = range;
  }

  /** Hears which record is looked at; of a list, that one more item is. */
  looked(position = 0): void {
    if (this.isOver || this.shown === false) return;
    this.count += 1;
    this.first ??= position;
    if (!this.work && performance.now() - this.began < quickMs) return;
    this.work ??= showWork('searching', this.shown, { isSizeKnown: this.range !== undefined });
    if (!this.range) {
      this.work.onProgress(this.count, 0, `${formatCount(this.count)} looked at`);
      return;
    }
    const { from, to } = this.range;
    const done = this.first > position ? to - position + 1 : position - from + 1;
    this.work.onProgress(Math.max(0, done), Math.max(1, to - from + 1));
  }

  /** A record is printed: on a terminal it stands where the bar would be. */
  printed(): void {
    if (process.stdout.isTTY) this.stop();
  }

  /** Ends it. */
  stop(): void {
    this.isOver = true;
    this.work?.stop();
  }
}
