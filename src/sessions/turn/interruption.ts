/** Why a turn goes on no longer, whatever its advisor is doing. */
export class Interrupted extends Error {
  readonly why: 'lost' | 'killed';

  constructor(why: 'lost' | 'killed') {
    super(why === 'lost' ? 'the lease was lost' : 'its worker was stopped');
    this.why = why;
  }

  /** Finds what stopped a turn that ended with `error`; undefined when nothing did, and the error is its own. */
  static of(by: { readonly operator: { readonly signal: AbortSignal }; readonly kill: AbortSignal }, error: unknown) {
    if (error instanceof Interrupted) return error;
    if (by.operator.signal.aborted) return new Interrupted('lost');
    return by.kill.aborted ? new Interrupted('killed') : undefined;
  }
}

/**
 * What ends a turn from outside, for as long as it runs. Most turns ask for no signal, and many wait for nothing: what
 * they do not ask for is not made.
 */
export class Interruption {
  private readonly lost: AbortSignal;
  private readonly kill: AbortSignal;
  private turn: AbortController | undefined;
  private happened: Promise<never> | undefined;
  private isOver = false;
  private readonly stops: (() => void)[] = [];

  constructor(lost: AbortSignal, kill: AbortSignal) {
    this.lost = lost;
    this.kill = kill;
  }

  /** Tells an advisor that what it does is not waited for any more. */
  get signal(): AbortSignal {
    if (this.turn) return this.turn.signal;
    this.turn = new AbortController();
    if (this.isOver) this.turn.abort();
    else void this.listen();
    return this.turn.signal;
  }

  /** The value of `work`, unless the turn is interrupted, or `limit` rejects, before. Errors: Interrupted. */
  async or<T>(work: Promise<T>, limit: Promise<never>): Promise<T> {
    return Promise.race([work, limit, this.listen()]);
  }

  /** The turn is over: nothing is listened for any more, and an advisor that is still at it is told. */
  end(): void {
    this.isOver = true;
    for (const stop of this.stops) stop();
    this.turn?.abort();
  }

  private listen(): Promise<never> {
    if (this.happened) return this.happened;
    this.happened = new Promise<never>((_, reject) => {
      this.hear(this.lost, () => reject(new Interrupted('lost')));
      this.hear(this.kill, () => reject(new Interrupted('killed')));
    });
    // Nobody may be waiting for the advisor when it happens.
    this.happened.catch(() => undefined);
    return this.happened;
  }

  private hear(signal: AbortSignal, happen: () => void): void {
    const tell = () => {
      happen();
      this.turn?.abort(signal.reason);
    };
    if (signal.aborted) tell();
    signal.addEventListener('abort', tell);
    this.stops.push(() => signal.removeEventListener('abort', tell));
  }
}
