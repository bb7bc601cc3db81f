import { formatCount } from '../../text/printable.ts';
import type { Shown, WorkProgress } from './progress-line.ts';

/** From the start of the process, whose time people wait as well; and from the start of the work. Work that ends sooner is shown to nobody. */
const quickMs = 250;
const quickWorkMs = 100;
const beatMs = 500;

/**
 * Shows that work goes on of which nobody knows how much it is: for how long, or how many items have come, from a quarter of a
 * second on. The code that draws is loaded then, so that quick commands need none of it.
 */
export class SlowWork {
  private readonly what: string;
  private readonly shown: Shown;
  private readonly began = performance.now();
  private timer: NodeJS.Timeout | undefined;
  private work: WorkProgress | undefined;
  private count = 0;

  constructor(what: string, shown: Shown) {
    this.what = what;
    this.shown = shown;
    if (shown !== false)
      this.timer = setTimeout(() => void this.begin(), Math.max(quickWorkMs, quickMs - this.began)).unref();
  }

  /** Hears that one more item has come. */
  came(): void {
    this.count += 1;
  }

  /** Something is printed: on a terminal it stands where the note would be. */
  printed(): void {
    if (process.stdout.isTTY) this.stop();
  }

  /** Ends it. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.work?.stop();
    this.work = undefined;
  }

  private async begin(): Promise<void> {
    const { showWork } = await import('./progress-line.ts');
    // It ended while that was loaded.
    if (this.timer === undefined) return;
    this.work = showWork(this.what, this.shown, { isSizeKnown: false });
    this.tell();
    this.timer = setInterval(() => this.tell(), beatMs).unref();
  }

  private tell(): void {
    const seconds = Math.floor((performance.now() - this.began) / 1_000);
    const time = seconds === 0 ? '…' : `${seconds} s`;
    this.work?.onProgress(this.count, 0, this.count > 0 ? `${formatCount(this.count)} read` : time);
  }
}
