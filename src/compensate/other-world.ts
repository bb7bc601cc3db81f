import { type LoadedApp, requestTypeOf } from '../core/app/app.ts';
import { withVersion } from '../core/fold/raw-json.ts';
import { type State, untouched } from '../core/fold/state.ts';
import { type LogRecord, type StoredRecord, usersChanges } from '../core/log/record.ts';
import type { DecisionSource } from '../pipeline/3-decision-reader.ts';
import type { Cut } from '../view/cut.ts';
import type { Advanced } from '../view/history-source.ts';
import { PastStates } from '../view/past-states.ts';
import { rejectedPositions } from '../view/scan.ts';

/** The world as it is, which the other one departs from. */
export interface Present {
  readonly cut: Cut;
  readonly app: LoadedApp;
  /** The position that the plan was made at: what came later is none of it. */
  readonly head: number;
}

/** A key in the other world, up to where it was folded; `isSame` once it is what it is in this one. */
interface OtherKey {
  state: State;
  at: number;
  isSame: boolean;
  /** Whether any transaction was applied to it. */
  isTouched: boolean;
}

/**
 * A world in which one transaction never was: its keys, folded on from the state before it, while all other keys are as
 * they were.
 */
export class OtherWorld {
  private readonly present: Present;
  private readonly keys = new Map<string, OtherKey>();
  private readonly past: PastStates;
  private readonly target: number;
  private stepsLeft: number;

  /** `stepsMax` bounds what is folded one by one; past it the world is cut. */
  constructor(present: Present, target: StoredRecord, stepsMax: number) {
    this.present = present;
    this.past = new PastStates(present.cut);
    this.target = target.position;
    this.stepsLeft = stepsMax;
    for (const { key } of usersChanges(target.changes)) {
      const before = this.past.before(key, this.target);
      const state = before ?? untouched(key, this.past.kindOf(key));
      this.keys.set(key, { state, at: this.target, isSame: false, isTouched: before !== undefined });
    }
  }

  /** Whether all keys are what they are in this world. */
  get isSame(): boolean {
    return [...this.keys.values()].every(({ isSame }) => isSame);
  }

  /** Whether it could not be folded on to the end. */
  get isCut(): boolean {
    return this.stepsLeft <= 0;
  }

  /** Positions of later transactions that were decided on a state, or rejected, rising; then one after the head. */
  decided(): readonly number[] {
    const { cut, app, head } = this.present;
    const isHandled = (type: string) => requestTypeOf(app, type) !== undefined;
    const found = new Set([head + 1]);
    for (const key of this.keys.keys()) {
      for (const position of this.past.use(key, (history) => history.decidedAfter(this.target, isHandled)))
        found.add(position);
      for (const position of rejectedPositions(cut, key, this.target + 1)) found.add(position);
    }
    return [...found].filter((position) => position <= head + 1).sort((a, b) => a - b);
  }

  /** Folds the keys on up to a position. Returns the position of a transaction that cannot be applied there, if any. */
  advanceTo(to: number): number | undefined {
    const moves = [...this.keys].map(([key, known]) => ({ key, known, ahead: this.advance(key, known, to) }));
    const refused = Math.min(...moves.map(({ ahead }) => ahead?.refused?.position ?? Number.POSITIVE_INFINITY));
    const end = Math.min(to, refused - 1);
    for (const { key, known, ahead } of moves) {
      // Where another key is refused first, this one goes only as far.
      const moved = end < to ? this.advance(key, known, end) : ahead;
      if (!moved) continue;
      known.isTouched ||= this.past.list(key).countUpTo(end) > this.past.list(key).countUpTo(known.at);
      known.state = moved.state;
      known.isSame = moved.isAsLogged === true;
      known.at = end;
      this.stepsLeft = moved.isCut ? 0 : this.stepsLeft - moved.steps;
    }
    return refused <= to ? refused : undefined;
  }

  /** A record that was decided at a position is not to be folded. */
  passed(position: number): void {
    for (const known of this.keys.values()) known.at = Math.max(known.at, position);
  }

  /** Takes over what a decision made of a key. */
  put(key: string, state: State): void {
    const known = this.keys.get(key);
    if (!known) return;
    known.state = withVersion(state, 0);
    known.isTouched = true;
  }

  /** States right before `record`, for its decision. */
  before(record: StoredRecord): DecisionSource {
    const { cut } = this.present;
    return {
      time: record.time,
      nextPosition: record.position,
      state: (key) => {
        const known = this.keys.get(key);
        if (!known || known.isSame) return this.past.before(key, record.position);
        return known.isTouched
          ? withVersion(known.state, this.past.list(key).countUpTo(record.position - 1))
          : undefined;
      },
      record: (position): LogRecord | undefined => cut.record(position),
      idAt: (position) => cut.idAt(position),
    };
  }

  private advance(key: string, { state, at, isSame }: OtherKey, to: number): Advanced | undefined {
    if (isSame || to <= at) return undefined;
    const range = { from: at + 1, to, stepsMax: this.stepsLeft };
    return this.past.use(key, (history) => history.advance(this.present.cut, state, range));
  }
}
