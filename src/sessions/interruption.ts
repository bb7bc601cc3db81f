/** Why a turn goes on no longer, whatever its advisor is doing. */
export class Interrupted extends Error {
  readonly why: 'lost' | 'killed';

  constructor(why: 'lost' | 'killed') {
    super(why === 'lost' ? 'the lease was lost' : 'its worker was stopped');
    this.why = why;
  }
}

/** What ends a turn from outside, for as long as it runs. */
export class Interruption {
  private readonly turn = new AbortController();
  private readonly stops: (() => void)[] = [];
  private readonly happened: Promise<never>;

  constructor(lost: AbortSignal, kill: AbortSignal) {
    this.happened = new Promise<never>((_, reject) => {
      this.listen(lost, () => reject(new Interrupted('lost')));
      this.listen(kill, () => reject(new Interrupted('killed')));
    });
    // Nobody may be waiting for the advisor when it happens.
    this.happened.catch(() => undefined);
  }

  /** Tells an advisor that what it does is not waited for any more. */
  get signal(): AbortSignal {
    return this.turn.signal;
  }

  /** The value of `work`, unless the turn is interrupted, or `limit` rejects, before. Errors: Interrupted. */
  async or<T>(work: Promise<T>, limit: Promise<never>): Promise<T> {
    return Promise.race([work, limit, this.happened]);
  }

  /** The turn is over: nothing is listened for any more, and an advisor that is still at it is told. */
  end(): void {
    for (const stop of this.stops) stop();
    this.turn.abort();
  }

  private listen(signal: AbortSignal, happen: () => void): void {
    const tell = () => {
      happen();
      this.turn.abort(signal.reason);
    };
    if (signal.aborted) tell();
    signal.addEventListener('abort', tell);
    this.stops.push(() => signal.removeEventListener('abort', tell));
  }
}
