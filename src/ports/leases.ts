/** An operator's description of itself when it begins. */
export interface NewOperator {
  /** Unique for ever: what it leads names it in the log. */
  readonly id: string;
  /** Seconds without a renewal after which it counts as dead. */
  readonly lease: number;
  /** Themes that it works on; empty for a single lead. */
  readonly themes?: readonly string[];
  /** Types of requests that it decides though they carry no changes; undefined of one that decides none. */
  readonly types?: readonly string[];
  /** It does not live in this process, such as a shell script: only time ends its lease. */
  readonly detached?: boolean;
}

/** A leader of sessions: one per worker, or one per `txlog session lead`. */
export interface Operator {
  readonly id: string;
  readonly host: string;
  /** Number of its process; 0 when it is detached. */
  readonly process: number;
  readonly themes: readonly string[];
  /** Types of requests that it decides though they carry no changes; undefined of one that decides none. */
  readonly types?: readonly string[];
  readonly lease: number;
  /** When it began, in ms since 1970. */
  readonly started: number;
}

/** The state of an operator that a session names. `until` in ms since 1970, by this machine's clock. */
export type OperatorState =
  | { readonly alive: true; readonly operator: Operator; readonly until: number }
  /** `gone`: no sign of it; `dead`: its process ended; `late`: its lease ran out. */
  | {
      readonly alive: false;
      readonly why: 'gone' | 'dead' | 'late';
      readonly operator?: Operator;
      readonly until?: number;
    };

/**
 * Signs of life of operators, outside the log: they survive nothing, and cost no transaction. A lease lasts by a clock
 * that no one sets; a wall clock that jumps ends none and prolongs none. A lease that counts as ended too early does no
 * harm: the epoch of each lead fences what its operator still does.
 */
export interface Leases {
  /**
   * Begins to show signs of life, or, of a detached operator, shows one more. Errors: ENV_READ_ONLY, STORAGE_FAILED.
   */
  hold(operator: NewOperator): Lease;
  /** Looks up an operator. */
  look(id: string): OperatorState;
  /** All operators that show signs of life, or did and did not end in order. */
  all(): readonly OperatorState[];
  /** Removes what is left of an operator, unless it is alive. */
  forget(id: string): void;
}

/** A lease that is held. */
export interface Lease {
  readonly operator: Operator;
  /**
   * Shows a sign of life: the lease lasts its full length again. False when it was ended by another, or ran out before:
   * it is lost for good then.
   */
  renew(): boolean;
  /** Ends in order: there is no such operator any more. */
  end(): void;
}
