import { type Shown, showWork, type WorkProgress } from '../frame/progress-line.ts';

/** Scans that end sooner are not worth a bar. */
const quickMs = 1_000;

/**
 * How far a scan of the log is, for people who wait for what it finds: from its second second on, and until it prints
 * something where that is the same terminal.
 */
export class ScanProgress {
  private readonly shown: Shown;
  private readonly range: { readonly from: number; readonly to: number };
  private readonly began = performance.now();
  private work: WorkProgress | undefined;
  private first: number | undefined;
  private isOver = false;

  constructor(shown: Shown, range: { readonly from: number; readonly to: number }) {
    this.shown = shown;
    this.range = range;
  }

  /** Hears which record is looked at. */
  looked(position: number): void {
    if (this.isOver || this.shown === false) return;
    this.first ??= position;
    if (!this.work && performance.now() - this.began < quickMs) return;
    this.work ??= showWork('searching', this.shown);
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
