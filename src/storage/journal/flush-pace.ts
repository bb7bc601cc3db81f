/** A flush that takes longer than this keeps the thread from other work for too long. */
const fastMsMax = 0.5;
/** So many flushes are made beside the thread before it tries to make one itself again. */
const flushesBesideMin = 64;

/**
 * Whether the thread that writes should flush, too. To hand a flush over to another thread and to be woken after it costs some
 * 100 µs and twice the CPU, as much as the flush itself on a fast disk; a slow disk would keep the thread from all other work.
 * So the first flushes of a process are made by itself, until one is slow.
 *
 * Source: decisions/0037-journal.md.
 */
export class FlushPace {
  private besideLeft = 0;

  get isFast(): boolean {
    return this.besideLeft === 0;
  }

  /** A flush of the thread took so long, in ms. */
  took(ms: number): void {
    if (ms > fastMsMax) this.besideLeft = flushesBesideMin;
  }

  /** A flush was made beside the thread. */
  wasBeside(): void {
    this.besideLeft -= 1;
  }
}
