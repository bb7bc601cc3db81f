import type { JsonObject } from '../core/base/json.ts';

/** A reason why a service takes no requests now. */
export interface Unready {
  readonly code: string;
  readonly reason: string;
}

/** Whether a service takes requests, and why it does not, as JSON. */
export function toReadinessJson(problems: readonly Unready[]): JsonObject {
  return { v: 1, ready: problems.length === 0, problems: problems.map(({ code, reason }) => ({ code, reason })) };
}
