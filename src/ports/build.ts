/** Work that builds indexes beside an environment: a rebuild, a check of the whole log, a replay. */
export interface BuildReading {
  /** Number of its process, there where it runs. */
  readonly process: number;
  /** Since when, in ms since 1970. */
  readonly since: number;
  /** The bytes that it has written so far. */
  readonly bytes: number;
}
