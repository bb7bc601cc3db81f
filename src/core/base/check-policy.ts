import { isJsonObject } from './json.ts';
import { findOutOfRange, type NumberRange, ranges } from './number-range.ts';

type Ranges = readonly (readonly [field: string, range: NumberRange])[];

const ofPolicy: Ranges = [
  ['lease', ranges.lease],
  ['timeout', ranges.timeout],
  ['attempts', ranges.attempts],
  ['concurrency', ranges.concurrency],
];

const ofPauses: Ranges = [
  ['first', ranges.pause],
  ['max', ranges.pause],
  ['factor', ranges.factor],
];

/** Finds what is wrong with the spans and counts of a theme's, saga's or process's policy. `at` names it. */
export function findPolicyProblem(at: string, policy: object): string | undefined {
  const { backoff } = policy as { readonly backoff?: unknown };
  return (
    findFirst(at, policy, ofPolicy) ?? (backoff === undefined ? undefined : findPausesProblem(`${at}.backoff`, backoff))
  );
}

/** Finds what is wrong with how long a step may take and how often it is tried. `at` names it. */
export function findStepPolicyProblem(at: string, policy: object): string | undefined {
  const { retry } = policy as { readonly retry?: unknown };
  const own = findFirst(at, policy, [['timeout', ranges.timeout]]);
  return (
    own ?? (retry === undefined ? undefined : findPausesProblem(`${at}.retry`, retry, [['attempts', ranges.attempts]]))
  );
}

/** Finds what is wrong with one number of an app; undefined when nothing is. */
export function findFieldOutOfRange(
  at: string,
  { object, field }: { readonly object: object; readonly field: string },
  range: NumberRange,
): string | undefined {
  return findFirst(at, object, [[field, range]]);
}

function findPausesProblem(at: string, pauses: unknown, more: Ranges = []): string | undefined {
  if (!isJsonObject(pauses)) return `${at} is not an object`;
  const known: Ranges = [...more, ...ofPauses];
  const unknown = Object.keys(pauses).find((field) => !known.some(([name]) => name === field));
  if (unknown !== undefined) return `${at} has an unknown field ${JSON.stringify(unknown)}`;
  return findFirst(at, pauses, known);
}

function findFirst(at: string, object: object, fields: Ranges): string | undefined {
  for (const [field, range] of fields) {
    const value = (object as Readonly<Record<string, unknown>>)[field];
    const problem = value === undefined ? undefined : findOutOfRange(`${at}.${field}`, value, range);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
