import type { JsonObject } from '../core/base/json.ts';
import type { AuditReport, RebuildReport } from '../index.ts';
import { toVerifyJson } from './verify.ts';

/** The report of a full verification, and of the repair. */
export interface Audit {
  readonly report: AuditReport;
  /** The new indexes, when they were made because the old ones were wrong. */
  readonly repaired?: RebuildReport;
}

/** An audit as JSON. */
export function toAuditJson({ report, repaired }: Audit): JsonObject {
  return { ...toVerifyJson(report), ...(repaired && { repaired: { ...repaired } }) };
}
