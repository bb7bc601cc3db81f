import { limits } from '../core/base/limits.ts';
import type { Change } from '../core/fold/change.ts';
import type { Kind, State } from '../core/fold/state.ts';
import { type FoldedRecord, type LogRecord, sessionType } from '../core/log/record.ts';
import type { ClockMark, Counts } from '../layout/meta.ts';
import { type QueueKey, sessionOfQueueKey } from '../layout/queue-keys.ts';
import type { WriteTx } from '../ports/storage.ts';
import type { Cut } from '../view/cut.ts';
import type { FoldOutcome } from '../view/fold-tree.ts';
import type { HistorySource, ReduceAgain } from '../view/history-source.ts';
import { mergeKeys, QueueOverlay } from '../view/queue-overlay.ts';
import { Totals } from '../view/totals.ts';
import type { ViewEntry } from '../view/view.ts';

/** A record that is decided but not yet in the log, with the states that it leaves. */
export interface Staged {
  readonly record: LogRecord;
  readonly after: ReadonlyMap<string, State>;
}

/** A staged record of operations that others, which come next in the batch, may join. */
interface OpenGroup {
  readonly staged: Staged;
  readonly changes: Change[];
  readonly after: Map<string, State>;
}

/** Queue keys below a stage, and up to where it speaks for them. */
interface Upcoming {
  readonly keys: QueueKey[];
  at: number;
}

const upcomingKeys = 64;

/**
 * The view as it will be once a batch is in the log. Dropped without a trace when the batch is not; handed to the
 * view when it is. So nobody reads what is not durable.
 *
 * Invariants:
 * 1. The view is not changed: what the batch does is here alone, until step 6.
 * 2. The records have the positions behind `basePosition`, without a gap, in the order in which they were decided.
 * 3. A key that the batch touched is read as its last record leaves it; all others as the cut has them.
 * 4. No record is before the one in front of it: `time` only grows.
 * 5. Records are only added. To take one out, the stage is made again. Operations join the last one alone, and only on keys
 *    that it does not touch: each is decided as if it had a record of its own.
 */
export class Stage implements HistorySource {
  /** Stands for this batch, for those who outlive it. */
  readonly token = {};
  readonly staged: Staged[] = [];
  private readonly states = new Map<string, State>();
  private readonly rows = new Map<string, ViewEntry | null>();
  private readonly ids = new Map<string, LogRecord>();
  private readonly compensations = new Map<number, number>();
  private readonly counted: Totals;
  /** Queue keys of the sessions that the batch touched. */
  readonly queue = new QueueOverlay();
  private readonly upcoming = new Map<string, Upcoming>();
  private group: OpenGroup | undefined;
  readonly basePosition: number;
  /** Time of all records of the batch, in ms since 1970: never before the last record. */
  time: number;
  /** When the batch was decided, to be kept beside the head. */
  clock: ClockMark | undefined;
  /** The log and the states that the batch is decided on. */
  readonly cut: Cut;

  constructor(cut: Cut, now: number) {
    const { head } = cut;
    this.cut = cut;
    this.basePosition = head.position;
    this.time = Math.max(now, head.time);
    this.counted = new Totals(head.counts);
  }

  get nextPosition(): number {
    return this.basePosition + this.staged.length + 1;
  }

  /** Sessions that are not removed, as the batch leaves them so far. */
  get liveSessions(): number {
    return this.counted.sessions;
  }

  /** Writes what the batch does to the counts of themes, with its records. */
  writeThemes(tx: WriteTx): void {
    this.counted.themes.write(tx);
  }

  /** The first queue key that starts with `prefix`, as the batch leaves it so far; one session may be left out. */
  firstQueued(prefix: string, except?: string): QueueKey | undefined {
    const staged = firstOf(this.queue.range(prefix), except);
    const upcoming = this.upcoming.get(prefix) ?? { keys: [], at: 0 };
    this.upcoming.set(prefix, upcoming);
    for (let i = upcoming.at; ; i++) {
      const key = upcoming.keys[i] ?? this.fetch(prefix, upcoming);
      if (key === undefined) return staged;
      const session = sessionOfQueueKey(key);
      // A session's state in the batch stands in place of the one before, now and for the rest of it.
      if (this.queue.has(session)) upcoming.at = i === upcoming.at ? i + 1 : upcoming.at;
      else if (session !== except) return staged === undefined || key < staged ? key : staged;
    }
  }

  /** All queue keys that start with `prefix`, as the batch leaves them so far. */
  queued(prefix: string): Iterable<QueueKey> {
    return mergeKeys(this.unstaged(prefix), this.queue.range(prefix));
  }

  private *unstaged(prefix: string): Generator<QueueKey> {
    for (const key of this.cut.queueKeys(prefix)) if (!this.queue.has(sessionOfQueueKey(key))) yield key;
  }

  /** The next keys of the view: a batch takes many sessions, and each from where the one before was. */
  private fetch(prefix: string, { keys }: Upcoming): QueueKey | undefined {
    const last = keys.at(-1);
    const from = last === undefined ? prefix : `${last}\u0000`;
    const fresh: QueueKey[] = [];
    for (const key of this.cut.queueKeys(prefix, from)) {
      fresh.push(key);
      if (fresh.length === upcomingKeys) break;
    }
    keys.push(...fresh);
    return fresh[0];
  }

  /** Keys with a prefix that the batch touched. */
  stagedKeys(prefix: string): readonly string[] {
    return [...this.states.keys()].filter((key) => key.startsWith(prefix));
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
    const position = this.cut.positionOf(id);
    return position === undefined ? undefined : this.record(position);
  }

  record(position: number): LogRecord | undefined {
    if (position > this.basePosition) return this.staged[position - this.basePosition - 1]?.record;
    return this.cut.record(position);
  }

  idAt(position: number): string {
    return this.record(position)?.id ?? this.cut.idAt(position);
  }

  compensationOf(position: number): number | undefined {
    return this.compensations.get(position) ?? this.cut.compensationOf(position);
  }

  /** As `record`, of what the fold of a key needs alone. */
  folded(position: number, key: Uint8Array): FoldedRecord | undefined {
    if (position > this.basePosition) return this.record(position);
    return this.cut.folded(position, key);
  }

  /** Applied positions of a key from `from` on, those of the batch included. */
  *applied(key: string, from = 1): Generator<number> {
    if (from <= this.basePosition) yield* this.cut.applied(key, from);
    const first = Math.max(0, from - this.basePosition - 1);
    for (let i = first; i < this.staged.length; i++) {
      const { record, after } = this.staged[i] as Staged;
      if (after.has(key)) yield record.position;
    }
  }

  /** A key as it would be without the transaction at `target`, and without what was withdrawn before. */
  without(
    { key, kind }: { readonly key: string; readonly kind: Kind },
    target: number,
    reduceAgain: ReduceAgain,
  ): FoldOutcome {
    return this.cut.view.histories.use({ key, kind }, this, (history) => history.without(this, target, reduceAgain));
  }

  /** Stages a record. `before` answers with the states that it was decided on. */
  add(record: LogRecord, after: ReadonlyMap<string, State>, before: (key: string) => State | undefined): void {
    this.staged.push({ record, after });
    if (record.type !== sessionType) this.ids.set(record.id, record);
    if (record.compensates !== undefined && record.outcome === 'committed')
      this.compensations.set(record.compensates, record.position);
    this.counted.addRecord(record.outcome);
    for (const [key, state] of after) this.take({ key, state, before: before(key) }, record.time);
  }

  /** The position of the last record, where these changes may join it; else that of a new one. */
  positionOfGroup(changes: readonly Change[]): number {
    return this.openFor(changes)?.staged.record.position ?? this.nextPosition;
  }

  /** Stages operations as a part of the last record, or as `record`, which others may join. `before` as in `add`. */
  addToGroup(
    record: LogRecord,
    after: ReadonlyMap<string, State>,
    before: (key: string) => State | undefined,
  ): LogRecord {
    const open = this.openFor(record.changes);
    if (!open) {
      const changes = [...record.changes];
      const own = { ...record, changes };
      const states = new Map(after);
      this.add(own, states, before);
      this.group = { staged: this.staged.at(-1) as Staged, changes, after: states };
      return own;
    }
    open.changes.push(...record.changes);
    for (const [key, state] of after) {
      open.after.set(key, state);
      this.take({ key, state, before: before(key) }, record.time);
    }
    return open.staged.record;
  }

  private openFor(changes: readonly Change[]): OpenGroup | undefined {
    const { group } = this;
    if (!group || group.staged !== this.staged.at(-1)) return undefined;
    if (group.changes.length + changes.length > limits.groupedChangesMax) return undefined;
    return changes.some(({ key }) => group.after.has(key)) ? undefined : group;
  }

  private take(
    { key, state, before }: { readonly key: string; readonly state: State; readonly before: State | undefined },
    time: number,
  ): void {
    this.counted.addState(before, state, time);
    this.states.set(key, state);
    if (state.kind === 'session') this.queue.set(state);
  }

  /** The overlay's or the index's entry, as of before the batch. */
  entry(key: string): ViewEntry | undefined {
    const known = this.cut.view.entries.get(key);
    if (known) return known;
    const read = this.rows.get(key);
    // Null for a key that has no row.
    if (read !== undefined) return read ?? undefined;
    const row = this.cut.row(key);
    this.rows.set(key, row ?? null);
    return row;
  }
}

function firstOf(keys: Iterable<QueueKey>, except: string | undefined): QueueKey | undefined {
  for (const key of keys) if (sessionOfQueueKey(key) !== except) return key;
  return undefined;
}
