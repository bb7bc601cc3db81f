import { limits } from '../core/base/limits.ts';
import type { State } from '../core/fold/state.ts';
import { type FoldedRecord, positionOfOperation, type StoredRecord } from '../core/log/record.ts';
import { positionKey, requestKey } from '../layout/keys.ts';
import type { Head } from '../layout/meta.ts';
import { decodePositions } from '../layout/positions.ts';
import { readPostingChunks } from '../layout/posting-lists.ts';
import type { QueueKey } from '../layout/queue-keys.ts';
import type { TypeRegistry } from '../layout/type-registry.ts';
import type { Snapshot } from '../ports/storage.ts';
import type { HistorySource } from './history-source.ts';
import type { KnownThemes } from './known-themes.ts';
import type { View, ViewEntry } from './view.ts';

/**
 * The view at one snapshot: the fold of the log at one head, read from the overlay and the index rows together. Every
 * read of states, lists and records starts here.
 *
 * Shape: made for a view that has caught up with the snapshot, once for each piece of work; reading a key makes nothing.
 * Holds until the snapshot is released, or the view folds what came later: keep none beyond the work that got it.
 */
export class Cut implements HistorySource {
  /** The log itself: no batch is staged above it. */
  readonly token = logToken;
  readonly view: View;
  readonly snapshot: Snapshot;

  constructor(view: View, snapshot: Snapshot) {
    this.view = view;
    this.snapshot = snapshot;
  }

  /** The end of the log here. */
  get head(): Head {
    return this.view.head;
  }

  /** The last position of the log here. */
  get basePosition(): number {
    return this.view.head.position;
  }

  /** Names of types, and decoding of records. */
  get typeRegistry(): TypeRegistry {
    return this.view.typeRegistry;
  }

  /** The state of a key, or undefined when it was never touched. */
  state(key: string): State | undefined {
    return this.view.entry(this.snapshot, key)?.state;
  }

  /** The entry of a key: from the overlay, or its index row, or undefined when it was never touched. */
  entry(key: string): ViewEntry | undefined {
    return this.view.entry(this.snapshot, key);
  }

  /** The entry of a key by its index row alone, if it has one. */
  row(key: string): ViewEntry | undefined {
    return this.view.row(this.snapshot, key);
  }

  /** All applied positions of a key, oldest first, from `from` on. */
  *applied(key: string, from = 0): Generator<number> {
    const entry = this.entry(key);
    if (!entry) return;
    const chunks = Math.floor(entry.baseVersion / limits.appliedPerChunk);
    if (chunks > 0) {
      for (const { chunk, positions } of readPostingChunks(this.snapshot, { table: 'applied', list: key }, from)) {
        // Another process may have written further chunks than this entry knows: those are in memory already.
        if (chunk >= chunks) break;
        for (const position of positions) if (position >= from) yield position;
      }
    }
    for (const position of entry.base) if (position >= from) yield position;
    for (const position of entry.added) if (position >= from) yield position;
  }

  /** Decodes the record at a position, or gives undefined when the log has none there. */
  record(position: number): StoredRecord | undefined {
    return this.view.typeRegistry.record(this.snapshot, position);
  }

  /** The record at a position that a row names. Errors: STORAGE_CORRUPT when the log has none there. */
  knownRecord(position: number): StoredRecord {
    return this.view.typeRegistry.known(this.snapshot, position);
  }

  /** As `record`, of what a fold needs alone; with a `key`, of what its fold needs. */
  folded(position: number, key?: Uint8Array): FoldedRecord | undefined {
    return this.view.typeRegistry.folded(this.snapshot, position, key);
  }

  /** Id of the transaction at a position. Errors: STORAGE_CORRUPT when the log has none there. */
  idAt(position: number): string {
    return this.knownRecord(position).id;
  }

  /** Position of a request id, if it was ever processed. */
  positionOf(id: string): number | undefined {
    const known = this.view.ids.get(id) ?? positionOfOperation(id);
    if (known !== undefined) return known;
    const key = requestKey(id);
    const bytes = this.snapshot.get('requests', key);
    return bytes && decodePositions(bytes, 'requests', key)[0];
  }

  /** Position of the transaction that undid `position`, if one did. */
  compensationOf(position: number): number | undefined {
    const known = this.view.compensations.get(position);
    if (known !== undefined) return known;
    const key = positionKey(position);
    const bytes = this.snapshot.get('compensations', key);
    return bytes && decodePositions(bytes, 'compensations', key)[0];
  }

  /** Queue keys that start with `prefix`, in order, from `from` on. */
  queueKeys(prefix: string, from: QueueKey = prefix): Iterable<QueueKey> {
    return this.view.queueKeys(this.snapshot, prefix, from);
  }

  /** As `queueKeys`, from the last one down, below `below` where it is given. */
  queueKeysDown(prefix: string, below?: QueueKey): Iterable<QueueKey> {
    return this.view.queueKeysDown(this.snapshot, prefix, below);
  }

  /** All themes. */
  themes(): KnownThemes {
    return this.view.knownThemes(this.snapshot);
  }
}

const logToken = {};
