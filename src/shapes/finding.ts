import type { JsonObject } from '../core/base/json.ts';

/** One thing that was looked at. */
export interface Finding {
  /** Stable name of the check. */
  readonly check: string;
  readonly level: 'ok' | 'warn' | 'fail';
  readonly text: string;
  /** Commands that mend it or tell more. */
  readonly next?: readonly string[];
}

/** Whether nothing fails. */
export function isFit(findings: readonly Finding[]): boolean {
  return findings.every(({ level }) => level !== 'fail');
}

/** Findings as JSON. */
export function toFindingsJson(findings: readonly Finding[]): JsonObject {
  return { v: 1, ok: isFit(findings), findings: findings.map((finding) => ({ next: [], ...finding })) };
}
