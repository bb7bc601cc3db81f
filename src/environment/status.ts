import { given } from '../core/base/given.ts';
import type { Counts } from '../layout/meta.ts';
import type { StorageSize } from '../ports/storage.ts';
import { readThemes, type ThemeReading } from '../sessions/read/read-session.ts';
import type { LongViewReader } from '../view/reader.ts';
import { countType } from '../view/scan.ts';
import type { Generation } from './open-generation.ts';

/** The data of `txlog status`. Sizes in bytes, time in ms since 1970. */
export interface Status {
  readonly dir: string;
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
  /** Themes that sessions ever had, with their counts. */
  readonly themes: readonly ThemeReading[];
  readonly types: readonly { readonly type: string; readonly count: number }[];
}

/** Gathers the status from one consistent view. */
export function readStatus(
  env: LongViewReader & { readonly dir: string; readonly handle: Generation },
): Promise<Status> {
  return env.readSteps(function* (cut) {
    const { storage, format, generation } = env.handle;
    const { position, time, digest, counts } = cut.head;
    const types: { readonly type: string; readonly count: number }[] = [];
    for (const type of cut.typeRegistry.types(cut.snapshot).keys()) {
      types.push({ type, count: countType(cut, type) });
      yield;
    }
    types.sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1));
    return {
      dir: env.dir,
      unit: format.unit,
      format: format.format,
      ...given({ copiedAt: format.copiedAt }),
      generation,
      readOnly: storage.readOnly,
      durability: storage.durability,
      head: { position, time, digest },
      counts,
      watermark: cut.view.watermark,
      size: storage.size(),
      themes: readThemes(cut),
      types,
    };
  });
}
