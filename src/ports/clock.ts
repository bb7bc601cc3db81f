/** Where the engine gets time from: never from a global, so that tests and simulations steer it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds that only rise, for durations. */
  elapsed(): number;
  /** Calls back once after a while; returns how to cancel. Never keeps the process alive. */
  after(ms: number, callback: () => void): () => void;
  /** Yields to input and output that waits, before the next piece of long work. */
  yield(): Promise<void>;
}
