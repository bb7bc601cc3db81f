import { given } from '../core/base/given.ts';
import type { Counts } from '../layout/meta.ts';
import type { Storage, StorageSize } from '../ports/storage.ts';
import type { Cut } from '../view/cut.ts';
import { countType } from '../view/scan.ts';
import type { Steps } from '../view/turns.ts';

/** How the log and its indexes stand. Sizes in bytes, time in ms since 1970. */
export interface LogStanding {
  readonly unit: string;
  readonly format: number;
  /** The position at which a copy was made. Its original has the same unit, and may have gone on as well. */
  readonly copiedAt?: number;
  readonly generation: number;
  readonly readOnly: boolean;
  readonly durability: 'fsync' | 'memory';
  readonly head: { readonly position: number; readonly time: number; readonly digest: string };
  readonly counts: Counts;
  /** Position up to which the indexes are written; what follows is folded in memory. */
  readonly watermark: number;
  readonly size: StorageSize;
}

/** A type, and how many records of the log have it. */
export interface TypeCount {
  readonly type: string;
  readonly count: number;
}

/** A generation of an environment, as far as its standing needs it. */
export interface StandingHandle {
  readonly storage: Storage;
  readonly generation: number;
  readonly format: { readonly unit: string; readonly format: number; readonly copiedAt?: number };
}

/** Reads how the log and its indexes stand. */
export function readStanding({ head, view }: Cut, { storage, format, generation }: StandingHandle): LogStanding {
  const { position, time, digest, counts } = head;
  return {
    ...{ unit: format.unit, format: format.format, ...given({ copiedAt: format.copiedAt }) },
    ...{ generation, readOnly: storage.readOnly, durability: storage.durability },
    head: { position, time, digest },
    ...{ counts, watermark: view.watermark, size: storage.size() },
  };
}

/** All types of the log, the most frequent first. */
export function* countTypes(cut: Cut): Steps<readonly TypeCount[]> {
  const types: TypeCount[] = [];
  for (const type of cut.typeRegistry.types(cut.snapshot).keys()) {
    types.push({ type, count: countType(cut, type) });
    yield;
  }
  return types.sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1));
}
