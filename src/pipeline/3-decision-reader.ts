import { present } from '../core/base/assert.ts';
import { applyChange } from '../core/fold/fold.ts';
import { withVersion } from '../core/fold/raw-json.ts';
import { isExpired, type State } from '../core/fold/state.ts';
import type { LogRecord } from '../core/log/record.ts';
import type { FoldOutcome } from '../view/fold-tree.ts';
import type { Stage } from './3-stage.ts';

/** Where a decision reads: a stage of the pipeline, or another world that a plan asks about. */
export interface DecisionSource {
  /** Time of the decision, in ms since 1970. */
  readonly time: number;
  readonly nextPosition: number;
  state(key: string): State | undefined;
  record(position: number): LogRecord | undefined;
  idAt(position: number): string;
  /** The transaction that is undone. A world that a plan asks about undoes nothing. */
  without?(...asked: Parameters<Stage['without']>): FoldOutcome;
}

/**
 * The states as one decision sees them. Remembers which versions were read, and which claims it found expired:
 * these count as free, one version later, as they will be once their expiry is logged.
 */
export class DecisionReader {
  readonly expired = new Set<string>();
  private readonly states = new Map<string, State | undefined>();
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
    this.states.set(key, current);
    return current;
  }

  /** Versions of all keys that were read. */
  get reads(): Map<string, number> {
    return new Map([...this.states].map(([key, state]) => [key, state?.version ?? 0]));
  }

  /** A state that was read before, as it was then. */
  remembered(key: string): State | undefined {
    return this.states.get(key);
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

  without(...asked: Parameters<Stage['without']>): FoldOutcome {
    return present(this.stage.without, 'a stage').apply(this.stage, asked);
  }

  private afterExpiry(state: State): State {
    this.expired.add(state.key);
    const folded = applyChange(
      state,
      { change: { op: 'expire', key: state.key } },
      { position: this.stage.nextPosition, time: this.time, idAt: (at) => this.idAt(at) },
    );
    return folded.ok ? withVersion(folded.state, state.version + 1) : state;
  }
}
