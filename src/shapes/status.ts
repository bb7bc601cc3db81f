import { given, ifGiven } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import { type Overview, type SagaCounts, type Status, toTime } from '../index.ts';
import { toSagasJson } from './saga-counts.ts';
import { type StuckCount, toSessionsJson } from './session-counts.ts';

/** The status of an overview: what `top` and `tui` show is what `status` prints. */
export function toStatus(overview: Overview, types: Status['types']): Status {
  const { dir, unit, format, copiedAt, generation, readOnly, durability } = overview;
  const { head, counts, watermark, size, queues } = overview;
  return {
    ...{ dir, unit, format, ...given({ copiedAt }), generation, readOnly, durability },
    ...{ head, counts, watermark, size, themes: queues, types },
  };
}

/** The status as JSON. Sizes in bytes. */
export function toStatusJson(status: Status, stuck: StuckCount, sagas?: SagaCounts): JsonObject {
  // That this command itself reads only says nothing of the environment.
  const { head, watermark, counts, size, themes, types, copiedAt, readOnly: _, ...rest } = status;
  return {
    v: 1,
    ...rest,
    ...given({ copiedAt: ifGiven(copiedAt, String) }),
    head: {
      position: String(head.position),
      digest: head.digest,
      ...(head.position !== 0 && { time: toTime(head.time) }),
    },
    watermark: String(watermark),
    counts: { ...counts },
    size: { ...size },
    types: types.map((type) => ({ ...type })),
    ...toSessionsJson(themes, stuck),
    ...toSagasJson(sagas),
  };
}
