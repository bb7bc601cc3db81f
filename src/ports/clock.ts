/** Where the engine gets time from: never from a global, so that tests and simulations steer it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds that only rise, for durations; by one clock for all processes of a machine until it starts again. */
  elapsed(): number;
  /** Milliseconds of CPU time that this process has taken, which others cannot stretch. Absent where nobody knows. */
  cpu?(): number;
  /** Names what `elapsed` counts from: of two processes with the same name it may be compared. Absent where nobody knows. */
  readonly boot?: string | undefined;
  /** Calls back once after a while; returns how to cancel. Keeps the process alive so long only when asked to. */
  after(ms: number, callback: () => void, options?: { readonly keepsAlive?: boolean }): () => void;
  /** Yields to input and output that waits, before the next piece of long work. */
  yield(): Promise<void>;
}

/** The cost of all work so far, in ms: by CPU time, where that is known. The difference of two is the cost of what is between. */
export function costSoFar(clock: Pick<Clock, 'cpu' | 'elapsed'>): number {
  return clock.cpu?.() ?? clock.elapsed();
}
