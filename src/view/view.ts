import { assert } from '../core/base/assert.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import { foldChanges } from '../core/fold/fold-record.ts';
import { isEngineKey, sessionOfKey, themeOfKey, themeKeys as themePrefix } from '../core/fold/session.ts';
import type { State } from '../core/fold/state.ts';
import { appliedChanges, type FoldedRecord, keysOf, sessionType } from '../core/log/record.ts';
import { damagedRow } from '../layout/damaged-row.ts';
import { keyPosition, keyText, positionKey, prefixEnd, textKey } from '../layout/keys.ts';
import { emptyHead, type Head, readHead, readWatermark } from '../layout/meta.ts';
import { outcomeList, rejectedList } from '../layout/posting-lists.ts';
import { type QueueKey, queueKeyBytes, queueKeyOf, sessionOfQueueKey } from '../layout/queue-keys.ts';
import { decodeStateRow } from '../layout/state-row.ts';
import type { TypeRegistry } from '../layout/type-registry.ts';
import type { Snapshot } from '../ports/storage.ts';
import { KeyHistories } from './key-histories.ts';
import { KnownThemes } from './known-themes.ts';
import { mergeKeys, QueueOverlay } from './queue-overlay.ts';
import type { LoopTurn } from './turns.ts';

/** A record of the log, its bytes there, and the states that it left. */
interface Absorbed {
  readonly record: FoldedRecord;
  readonly after: Iterable<[string, State]>;
  readonly bytes: number;
}

/** A state of the overlay, and its applied positions since the last full chunk of its index row. */
export interface ViewEntry {
  state: State;
  /** How many transactions the index row had applied when it was last read or written. */
  baseVersion: number;
  /** The row's own positions after its full chunks. */
  base: readonly number[];
  /** Positions applied since. */
  added: number[];
}

/**
 * What a process knows: the indexes as of their watermark, and in memory the fold of the log after it. Every answer
 * is the fold of the log at `head.position`, whatever part of it the indexes hold already.
 *
 * Invariants:
 * 1. For each key, the overlay's entry, or else its index row, has applied exactly the key's transactions up to
 *    `head.position`.
 * 2. watermark <= head.position <= foldedPosition; the last two differ only while a long tail is folded, and nothing is
 *    read then.
 * 3. A row may run ahead of the watermark, never of the log. Folding a record over such a row changes nothing.
 * 4. Ids, lists, compensations and queue keys after the watermark are here; those up to it are in the index rows.
 * 5. An error in the middle of a fold leaves nothing behind: all is forgotten, and folded again.
 */
export class View {
  readonly typeRegistry: TypeRegistry;
  readonly entries = new Map<string, ViewEntry>();
  readonly ids = new Map<string, number>();
  /** Queue keys of the sessions among the entries. */
  private readonly queue = new QueueOverlay();
  private readonly themes = new KnownThemes();
  /** Leaves that were read from the log to undo transactions. */
  readonly histories: KeyHistories;
  /** Where the first row of a part of the table is that the overlay does not speak for. */
  private readonly queueStarts = new Map<string, QueueKey>();
  /** Positions by type name, and by the other posting lists, after the watermark. */
  readonly types = new Map<string, number[]>();
  readonly lists = new Map<string, number[]>();
  /** Position of the compensation, by the position that it undid. */
  readonly compensations = new Map<number, number>();
  head: Head = emptyHead;
  watermark = 0;
  /** The newest record that may have changed a session or a theme: who looked at those since need not look again. */
  workMovedAt = 0;
  /** Position up to which records are folded: ahead of the head while a long tail is folded over several turns. */
  private foldedTo = 0;
  /** Bytes of records after the watermark, and the time of the oldest of them in ms since 1970. */
  tailBytes = 0;
  tailTime = 0;

  constructor(typeRegistry: TypeRegistry, histories = new KeyHistories()) {
    this.typeRegistry = typeRegistry;
    this.histories = histories;
  }

  /** Position of the last record that is folded: that of the head, or beyond it while a tail is folded. */
  get foldedPosition(): number {
    return Math.max(this.head.position, this.foldedTo);
  }

  /** Forgets all; the next `catchUp` folds the tail of the log again. */
  reset(): void {
    this.clear();
    this.histories.clear();
    this.head = emptyHead;
    this.watermark = 0;
    this.foldedTo = 0;
    this.workMovedAt = 0;
  }

  /**
   * Folds what any process appended since. Cheap when nothing was. False when the turn was over before the end of the log:
   * the view may not be read before a later call has folded the rest.
   */
  catchUp(snapshot: Snapshot, turn?: LoopTurn): boolean {
    const head = readHead(snapshot);
    if (head.moved !== undefined)
      throw new TxlogError('ENV_MOVED', `the environment moved to generation ${head.moved}`);
    if (head.position === this.head.position) return true;
    if (head.position < this.head.position) throw wentBack(this.head, head);
    try {
      return this.foldTail(snapshot, head, turn);
    } catch (error) {
      // Half a tail is folded now, which no reader may see.
      this.reset();
      throw error;
    }
  }

  /** Forgets what another process has written into the indexes since. */
  followIndexes(snapshot: Snapshot): void {
    const watermark = readWatermark(snapshot);
    if (watermark > this.watermark && watermark <= this.head.position) this.prune(watermark);
  }

  private foldTail(snapshot: Snapshot, head: Head, turn: LoopTurn | undefined): boolean {
    const watermark = readWatermark(snapshot);
    if (watermark > head.position) throw damagedRow('meta', 'watermark', `it is ${watermark}, beyond the log`);
    let from = this.foldedPosition;
    if (watermark > from) {
      this.clear();
      from = watermark;
      // The rows have the effect of the records up to here, and nobody looked at each of these.
      this.workMovedAt = watermark;
    } else if (watermark > this.watermark) {
      this.prune(watermark);
    }
    this.watermark = Math.max(this.watermark, watermark);
    for (const { key, value } of snapshot.range('log', { start: positionKey(from + 1) })) {
      if (keyPosition(key) !== from + 1) throw damagedRow('log', `${from + 1}`, 'it is missing');
      this.fold(snapshot, {
        record: this.typeRegistry.decodeFolded(snapshot, { position: from + 1, bytes: value }),
        bytes: value.length,
      });
      from += 1;
      this.foldedTo = from;
      if (turn && from % recordsPerLook === 0 && from < head.position && turn.isOver) return false;
    }
    if (from !== head.position) throw damagedRow('meta', 'head', `it says ${head.position}, the log ends at ${from}`);
    this.head = head;
    return true;
  }

  /** The entry of a key: from the overlay, or its index row, or undefined when it was never touched. */
  entry(snapshot: Snapshot, key: string): ViewEntry | undefined {
    return this.entries.get(key) ?? this.row(snapshot, key);
  }

  /** The entry of a key by its index row alone, if it has one. */
  row(snapshot: Snapshot, key: string): ViewEntry | undefined {
    // No state has an empty key, and LMDB takes none.
    if (key === '') return undefined;
    const bytes = snapshot.get('states', textKey(key));
    if (!bytes) return undefined;
    const { state, tail } = decodeStateRow(key, bytes);
    return { state, baseVersion: state.version, base: tail, added: [] };
  }

  /** Queue keys that start with `prefix`, in order, from `from` on: those of the table, and of the overlay above it. */
  queueKeys(snapshot: Snapshot, prefix: string, from: QueueKey = prefix): Iterable<QueueKey> {
    return mergeKeys(this.queueRows(snapshot, prefix, from), this.queue.range(prefix, from));
  }

  /** As `queueKeys`, from the last one down, below `below` where it is given. */
  queueKeysDown(snapshot: Snapshot, prefix: string, below?: QueueKey): Iterable<QueueKey> {
    return mergeKeys(this.queueRowsDown(snapshot, prefix, below), this.queue.rangeDown(prefix, below), true);
  }

  private *queueRowsDown(snapshot: Snapshot, prefix: string, below: QueueKey | undefined): Generator<QueueKey> {
    const start = queueKeyBytes(prefix);
    const end = below === undefined ? prefixEnd(start) : queueKeyBytes(below);
    for (const row of snapshot.range('queue', { start, reverse: true, ...given({ end }) })) {
      const key = queueKeyOf(row.key);
      if (!this.queue.has(sessionOfQueueKey(key))) yield key;
    }
  }

  private *queueRows(snapshot: Snapshot, prefix: string, from: QueueKey): Generator<QueueKey> {
    let atStart = from === prefix;
    const start = atStart ? (this.queueStarts.get(prefix) ?? prefix) : from;
    const end = prefixEnd(queueKeyBytes(prefix));
    let passed: QueueKey | undefined;
    for (const row of snapshot.range('queue', given({ start: queueKeyBytes(start), end }))) {
      const key = queueKeyOf(row.key);
      if (this.queue.has(sessionOfQueueKey(key))) {
        passed = key;
        continue;
      }
      // A worker that takes the next session, again and again, does not walk over all that were taken before.
      if (atStart) this.queueStarts.set(prefix, key);
      atStart = false;
      yield key;
    }
    if (atStart && passed !== undefined) this.queueStarts.set(prefix, behind(passed));
  }

  /** All themes. */
  knownThemes(snapshot: Snapshot): KnownThemes {
    if (this.themes.isLoaded) return this.themes;
    const start = textKey(themePrefix);
    const end = prefixEnd(start);
    for (const { key } of snapshot.range('states', given({ start, end }))) {
      const entry = this.entry(snapshot, keyText(key));
      if (entry) this.themes.add(entry.state);
    }
    this.themes.isLoaded = true;
    return this.themes;
  }

  /** Leaves a key to its index row. */
  forget(key: string): void {
    this.entries.delete(key);
    if (sessionOfKey(key) === undefined) return;
    // Its rows stand for it now, and may be the first.
    for (const row of this.queue.drop(key))
      for (const [prefix, start] of this.queueStarts)
        if (row < start && row.startsWith(prefix)) this.queueStarts.delete(prefix);
  }

  /** Takes over a record that is in the log now. */
  absorb({ record, after, bytes }: Absorbed, entryOf: (key: string) => ViewEntry | undefined): void {
    const { position } = record;
    if (record.type !== sessionType) this.ids.set(record.id, position);
    push(this.types, record.type, position);
    push(this.lists, outcomeList(record.outcome), position);
    if (record.outcome === 'rejected') for (const key of keysOf(record)) push(this.lists, rejectedList(key), position);
    if (record.outcome === 'committed' && record.compensates !== undefined)
      this.compensations.set(record.compensates, position);
    // By what it asks for: a row that runs ahead of it has the effect already, and none is left to fold.
    if (record.changes.some(({ key }) => isEngineKey(key))) this.workMovedAt = position;
    if (this.tailBytes === 0) this.tailTime = record.time;
    this.tailBytes += bytes;
    for (const [key, state] of after) {
      let entry = this.entries.get(key);
      if (entry) {
        // A list that is pushed to takes room for sixteen more, which few keys need before the next checkpoint.
        if (entry.added.length < fewPositions) entry.added = entry.added.concat(position);
        else entry.added.push(position);
      } else {
        entry = entryOf(key) ?? { state, baseVersion: 0, base: none, added: [] };
        // Made with its entry, a list takes no room for more: most keys get no more before the next checkpoint.
        entry.added = [position];
        this.entries.set(key, entry);
      }
      entry.state = state;
      this.themes.add(state);
      assert(entry.baseVersion + entry.added.length === state.version, `version of ${key} counts its transactions`);
    }
  }

  /** Takes over where the sessions stand that a batch touched. */
  absorbQueue(queue: QueueOverlay): void {
    this.queue.setAll(queue);
  }

  /** Drops what the indexes hold for sure: everything up to `watermark`. */
  prune(watermark: number): void {
    for (const [key, entry] of this.entries) if (entry.state.position <= watermark) this.forget(key);
    for (const [id, position] of this.ids) if (position <= watermark) this.ids.delete(id);
    for (const [target, position] of this.compensations) if (position <= watermark) this.compensations.delete(target);
    for (const lists of [this.types, this.lists]) {
      for (const [name, positions] of lists) {
        const rest = positions.filter((position) => position > watermark);
        if (rest.length > 0) lists.set(name, rest);
        else lists.delete(name);
      }
    }
    const share = (this.head.position - watermark) / Math.max(1, this.head.position - this.watermark);
    this.tailBytes = Math.round(this.tailBytes * Math.max(0, Math.min(1, share)));
    this.watermark = watermark;
    this.tailTime = this.head.time;
  }

  /**
   * Folds a record of the log that this process did not decide itself. Tells `visit` what each key was before, and is
   * after it.
   */
  fold(
    snapshot: Snapshot,
    { record, bytes }: { readonly record: FoldedRecord; readonly bytes: number },
    visit?: (before: State | undefined, after: State) => void,
  ): void {
    const applied = appliedChanges(record);
    const read = new ReadRows(this, snapshot, record.position);
    const lookup = (key: string) => read.entry(key)?.state;
    const context = { position: record.position, time: record.time, idAt: unnamed };
    let folded = foldChanges(applied, lookup, context);
    // A fold that ends at such a row has not seen those behind it.
    for (let known = 0; known < read.ahead.size; ) {
      known = read.ahead.size;
      const rest = applied.filter(({ key }) => !read.ahead.has(key));
      folded = foldChanges(rest, lookup, context);
    }
    if (!folded.ok)
      throw damagedRow('states', keyOfFailure(applied), `record ${record.position} cannot be applied to it`);
    // Such a row may stand before all that were there when the table was read last.
    if (read.ahead.size > 0) this.queueStarts.clear();
    for (const key of read.ahead) {
      const row = themeOfKey(key) === undefined ? undefined : this.row(snapshot, key);
      if (row) this.themes.add(row.state);
    }
    if (visit) for (const [key, after] of folded.after) visit(after.version === 1 ? undefined : lookup(key), after);
    // The first transaction of a key finds no row.
    this.absorb({ record, after: folded.after, bytes }, (key) => read.rows?.get(key));
    for (const state of folded.after.values()) this.queue.set(state);
  }

  private clear(): void {
    this.entries.clear();
    this.queue.clear();
    this.queueStarts.clear();
    this.themes.clear();
    this.ids.clear();
    this.types.clear();
    this.lists.clear();
    this.compensations.clear();
    this.tailBytes = 0;
  }
}

/** Records that are folded for one look at the clock. */
const recordsPerLook = 8;
/** The first key of a transaction, for messages. */
function keyOfFailure(changes: readonly { readonly key: string }[]): string {
  return changes[0]?.key ?? '';
}

/** The first key that may come after another one. */
function behind(key: QueueKey): QueueKey {
  return `${key}\u0000`;
}

const unnamed = () => undefined;
const nothing: ReadonlySet<string> = new Set();

/** Entries as the fold of one record finds them: those of the overlay, and those read from rows. */
class ReadRows {
  /** Made when the first row is found: most keys are in the overlay, or new. */
  rows: Map<string, ViewEntry> | undefined;
  /** Keys whose row a checkpoint wrote ahead of the watermark: it has this record already. */
  ahead: ReadonlySet<string> = nothing;
  private readonly view: View;
  private readonly snapshot: Snapshot;
  private readonly position: number;

  constructor(view: View, snapshot: Snapshot, position: number) {
    this.view = view;
    this.snapshot = snapshot;
    this.position = position;
  }

  entry(key: string): ViewEntry | undefined {
    const known = this.rows?.get(key);
    if (known) return known;
    const entry = this.view.entry(this.snapshot, key);
    if (!entry || this.view.entries.get(key) === entry) return entry;
    this.rows ??= new Map();
    this.rows.set(key, entry);
    if (entry.state.position >= this.position) this.ahead = new Set([...this.ahead, key]);
    return entry;
  }
}

const fewPositions = 8;
/** Shared by all entries that have no row yet. */
const none: readonly number[] = [];

function push(lists: Map<string, number[]>, name: string, position: number): void {
  const list = lists.get(name);
  if (list) list.push(position);
  else lists.set(name, [position]);
}

/** The log only grows: the file was put back, or a program opened it in a way of its own (decisions/0003). */
function wentBack(seen: Head, head: Head): TxlogError {
  return new TxlogError('STORAGE_FAILED', `the log ends at ${head.position}, this process has seen ${seen.position}`, {
    next: ['txlog doctor', 'txlog verify'],
  });
}
