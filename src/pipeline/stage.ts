import type { LogRecord } from '../core/record.ts';
import type { State } from '../core/state.ts';
import type { Counts } from '../layout/meta.ts';
import type { Snapshot } from '../ports/storage.ts';
import { Totals } from './totals.ts';
import type { Entry, View } from './view.ts';

/** A record that is decided but not yet in the log, with the states that it leaves. */
export interface Staged {
  readonly record: LogRecord;
  readonly after: ReadonlyMap<string, State>;
}

/**
 * The view as it will be once a batch is in the log. Dropped without a trace when the batch is not; handed to the
 * view when it is. So nobody reads what is not durable.
 */
export class Stage {
  readonly staged: Staged[] = [];
  private readonly states = new Map<string, State>();
  private readonly rows = new Map<string, Entry | undefined>();
  private readonly ids = new Map<string, LogRecord>();
  private readonly compensations = new Map<number, number>();
  private readonly counted: Totals;
  readonly basePosition: number;
  /** Time of all records of the batch, in ms since 1970: never before the last record. */
  time: number;
  readonly view: View;
  readonly snapshot: Snapshot;

  constructor(view: View, snapshot: Snapshot, now: number) {
    this.view = view;
    this.snapshot = snapshot;
    this.basePosition = view.head.position;
    this.time = Math.max(now, view.head.time);
    this.counted = new Totals(view.head.counts);
  }

  get nextPosition(): number {
    return this.basePosition + this.staged.length + 1;
  }

  /** Totals after the batch, without the bytes of its records. */
  get totals(): Counts {
    return this.counted.now;
  }

  state(key: string): State | undefined {
    return this.states.get(key) ?? this.entry(key)?.state;
  }

  /** Whether a record of this batch touched the key. */
  isStaged(key: string): boolean {
    return this.states.has(key);
  }

  /** A transaction with this id, staged or logged. */
  find(id: string): LogRecord | undefined {
    const staged = this.ids.get(id);
    if (staged) return staged;
    const position = this.view.positionOf(this.snapshot, id);
    return position === undefined ? undefined : this.record(position);
  }

  record(position: number): LogRecord | undefined {
    if (position > this.basePosition) return this.staged[position - this.basePosition - 1]?.record;
    return this.view.catalog.record(this.snapshot, position);
  }

  idAt(position: number): string {
    return this.record(position)?.id ?? this.view.idAt(this.snapshot, position);
  }

  compensationOf(position: number): number | undefined {
    return this.compensations.get(position) ?? this.view.compensationOf(this.snapshot, position);
  }

  /** All applied positions of a key, those of the batch included. */
  *applied(key: string): Generator<number> {
    yield* this.view.applied(this.snapshot, key);
    for (const { record, after } of this.staged) if (after.has(key)) yield record.position;
  }

  /** Stages a record. `before` answers with the states that it was decided on. */
  add(record: LogRecord, after: ReadonlyMap<string, State>, before: (key: string) => State | undefined): void {
    this.staged.push({ record, after });
    this.ids.set(record.id, record);
    if (record.compensates !== undefined && record.outcome === 'committed')
      this.compensations.set(record.compensates, record.position);
    this.counted.addRecord(record.outcome);
    for (const [key, state] of after) {
      this.counted.addState(before(key), state);
      this.states.set(key, state);
    }
  }

  /** The overlay's or the index's entry, as of before the batch. */
  entry(key: string): Entry | undefined {
    const known = this.view.entries.get(key);
    if (known) return known;
    if (!this.rows.has(key)) this.rows.set(key, this.view.entry(this.snapshot, key));
    return this.rows.get(key);
  }
}
