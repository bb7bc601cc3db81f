import { limits } from '../core/base/limits.ts';
import { damagedRow } from '../layout/damaged-row.ts';
import { chunkKey } from '../layout/keys.ts';
import { decodePositions } from '../layout/positions.ts';
import type { Snapshot } from '../ports/storage.ts';
import type { Cut } from './cut.ts';
import type { ViewEntry } from './view.ts';

/** The applied list of a key by its indexes, which count from 0. Reads only the chunks that it is asked for. */
export class AppliedList {
  private readonly snapshot: Snapshot;
  private readonly key: string;
  private readonly entry: ViewEntry | undefined;
  /** How many entries full chunks hold; what follows is in the entry. */
  private readonly chunked: number;
  private chunk: { readonly number: number; readonly positions: readonly number[] } | undefined;

  constructor(cut: Cut, key: string) {
    this.snapshot = cut.snapshot;
    this.key = key;
    this.entry = cut.entry(key);
    const { baseVersion = 0 } = this.entry ?? {};
    this.chunked = baseVersion - (baseVersion % limits.appliedPerChunk);
  }

  /** How many transactions were applied to the key. */
  get length(): number {
    return this.entry ? this.entry.baseVersion + this.entry.added.length : 0;
  }

  /** The position at an index, or undefined when the list has none there. */
  at(index: number): number | undefined {
    if (index < 0 || index >= this.length || !this.entry) return undefined;
    if (index < this.chunked) return this.inChunk(index);
    const { base, added } = this.entry;
    const later = index - this.chunked;
    return later < base.length ? base[later] : added[later - base.length];
  }

  /** How many entries are not after `position`. */
  countUpTo(position: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.known(middle) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The position at an index that the list has. Errors: STORAGE_CORRUPT when a chunk of it is missing. */
  known(index: number): number {
    const position = this.at(index);
    if (position === undefined) throw damagedRow('applied', this.key, `it ends before entry ${index}`);
    return position;
  }

  private inChunk(index: number): number | undefined {
    const number = Math.floor(index / limits.appliedPerChunk);
    if (this.chunk?.number !== number) {
      const key = chunkKey(this.key, number);
      const bytes = this.snapshot.get('applied', key);
      this.chunk = { number, positions: bytes ? decodePositions(bytes, 'applied', key) : [] };
    }
    return this.chunk.positions[index % limits.appliedPerChunk];
  }
}
