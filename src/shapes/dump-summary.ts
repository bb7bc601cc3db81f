import { given } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import type { DumpSummary } from '../index.ts';

/** Formats the summary of a dump as JSON. */
export function toSummaryJson({ manifest, end, ...rest }: DumpSummary): JsonObject {
  const { after, head, to, filter, ...more } = manifest;
  return {
    v: 1,
    ok: true,
    ...rest,
    complete: end.complete,
    cursor: end.cursor,
    counts: JSON.parse(end.counts) as JsonObject,
    manifest: {
      ...more,
      after: `${after.origin}:${after.position}:${after.digest}`,
      head: `${head.origin}:${head.position}:${head.digest}`,
      ...given({ to, filter }),
    },
  };
}
