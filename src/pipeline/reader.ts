import { applyChange } from '../core/fold.ts';
import type { LogRecord } from '../core/record.ts';
import { isExpired, type State } from '../core/state.ts';

/** Where a decision reads: a stage of the pipeline, or another world that a plan asks about. */
export interface DecisionSource {
  /** Time of the decision, in ms since 1970. */
  readonly time: number;
  readonly nextPosition: number;
  state(key: string): State | undefined;
  record(position: number): LogRecord | undefined;
  idAt(position: number): string;
  applied(key: string): Iterable<number>;
}

/**
 * The states as one decision sees them. Remembers which versions were read, and which claims it found expired:
 * these count as free, one version later, as they will be once their expiry is logged.
 */
export class DecisionReader {
  readonly reads = new Map<string, number>();
  readonly expired = new Set<string>();
  private readonly stage: DecisionSource;

  constructor(stage: DecisionSource) {
    this.stage = stage;
  }

  get time(): number {
    return this.stage.time;
  }

  state(key: string): State | undefined {
    const state = this.stage.state(key);
    const current = state && isExpired(state, this.stage.time) ? this.afterExpiry(state) : state;
    this.reads.set(key, current?.version ?? 0);
    return current;
  }

  /** Version of a key as of now, without counting it as read. */
  version(key: string): number {
    const state = this.stage.state(key);
    return (state?.version ?? 0) + (state && isExpired(state, this.stage.time) ? 1 : 0);
  }

  idAt(position: number): string {
    return this.stage.idAt(position);
  }

  record(position: number): LogRecord | undefined {
    return this.stage.record(position);
  }

  applied(key: string): Iterable<number> {
    return this.stage.applied(key);
  }

  private afterExpiry(state: State): State {
    this.expired.add(state.key);
    const folded = applyChange(
      state,
      { op: 'expire', key: state.key },
      { position: this.stage.nextPosition, time: this.time, idAt: (at) => this.idAt(at) },
    );
    return folded.ok ? { ...folded.state, version: state.version + 1 } : state;
  }
}
