import { findJsonProblem, isJsonObject, utf8Length } from '../base/json.ts';
import { limits } from '../base/limits.ts';

/** Why a value cannot be what is known of the one who asks, or undefined. */
export function findClaimsProblem(claims: unknown): string | undefined {
  if (!isJsonObject(claims)) return 'claims are an object';
  const problem = findJsonProblem(claims, 'claims');
  if (problem) return `${problem.path}: ${problem.reason}`;
  const bytes = utf8Length(JSON.stringify(claims));
  return bytes > limits.claimsBytesMax ? `${bytes} bytes are over the limit of ${limits.claimsBytesMax}` : undefined;
}
