/** Share of a core that looks may take. */
const share = 0.1;
/** CPU time that looks may take one after the other when there were few before, in ms. */
const burstMs = 500;

/**
 * How long a watcher rests between two looks, so that looks take a tenth of a core at most in the long run. A few looks in a
 * row, such as at what a person does in another shell, come without a rest also where each is dear. It counts CPU time: on
 * a machine that others keep busy a look takes longer, and the next one would come later still.
 */
export class LookBudget {
  private leftMs = burstMs;
  private at: number;

  /** `now` in ms, of a clock that only goes on. */
  constructor(now: number) {
    this.at = now;
  }

  /** Takes the cost of a look, in ms of CPU time; how long to rest after it, in ms. */
  restAfter(costMs: number, now: number): number {
    this.leftMs = Math.min(burstMs, this.leftMs + (now - this.at) * share) - costMs;
    this.at = now;
    return this.leftMs >= 0 ? 0 : -this.leftMs / share;
  }
}
