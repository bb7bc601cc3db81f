import { given } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';

/** The reference of one code: of an error, of a rejection, or of a problem that `verify` reports. */
export interface Explanation {
  readonly code: string;
  readonly kind: 'error' | 'rejection' | 'problem';
  readonly meaning: string;
  /** Whether another try can succeed; undefined of a problem. */
  readonly retry: string | undefined;
  readonly next: string;
  /** Exit code of the command line. */
  readonly exit: number;
}

/** The reference of a code as JSON. */
export function toExplanationJson({ code, kind, meaning, retry, next, exit }: Explanation): JsonObject {
  return { v: 1, code, kind, meaning, ...given({ retry }), next, exit };
}
