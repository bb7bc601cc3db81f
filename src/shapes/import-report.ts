import type { JsonObject } from '../core/base/json.ts';
import type { ImportReport } from '../index.ts';

/** A report as JSON. */
export function toImportJson(report: ImportReport, dryRun: boolean): JsonObject {
  const { mode, origin, blocks, read, applied, duplicate, rejected, parked, skipped, left, ...more } = report;
  const { states, attachments, cursor, complete } = more;
  return {
    ...{ v: 1, mode, origin, blocks, read, applied, duplicate, rejected, parked, skipped, left },
    ...{ states, attachments, cursor, complete },
    ...(dryRun && { dryRun }),
  };
}
