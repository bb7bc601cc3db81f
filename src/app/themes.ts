import type { App } from '../core/app/app.ts';
import { isJsonObject } from '../core/base/json.ts';
import { limits } from '../core/base/limits.ts';

const themeFields = ['number', 'advisor', 'answers', 'lease', 'timeout', 'backoff', 'attempts', 'concurrency'];
const backoffFields = ['first', 'factor', 'max'];
const numberMax = 2 ** 32 - 1;

type Check = (value: unknown) => boolean;

const isWhole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 1;
const isSeconds =
  (least: number): Check =>
  (value) =>
    typeof value === 'number' && value >= least && value <= limits.repeatSecondsMax;

/** What each number of a theme must be, in words and as a check. */
const numbers: readonly (readonly [name: string, words: string, check: Check])[] = [
  [
    'number',
    `a whole number from 0 to ${numberMax}`,
    (n) => Number.isInteger(n) && (n as number) >= 0 && (n as number) <= numberMax,
  ],
  ['lease', `a number of seconds from ${limits.leaseSecondsMin} on`, isSeconds(limits.leaseSecondsMin)],
  ['timeout', 'a number of seconds above 0', isSeconds(Number.MIN_VALUE)],
  ['attempts', 'a whole number from 1 on', isWhole],
  ['concurrency', 'a whole number from 1 on', isWhole],
];

const backoffNumbers: readonly (readonly [name: string, words: string, check: Check])[] = [
  ['first', 'a number of seconds from 0 on', isSeconds(0)],
  ['max', 'a number of seconds from 0 on', isSeconds(0)],
  ['factor', 'a number from 1 on', (value) => typeof value === 'number' && value >= 1 && Number.isFinite(value)],
];

/** What is wrong with the themes of an app, or undefined. */
export function findThemeProblem(themes: App['themes']): string | undefined {
  if (themes === undefined) return undefined;
  if (!isJsonObject(themes)) return 'themes is not an object';
  const taken = new Map<number, string>();
  for (const [name, theme] of Object.entries(themes as unknown as Record<string, unknown>)) {
    const at = `themes[${JSON.stringify(name)}]`;
    const problem = findProblem(at, theme) ?? findClash(taken, name, (theme as { number?: number }).number);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function findProblem(at: string, theme: unknown): string | undefined {
  if (!isJsonObject(theme)) return `${at} is not an object`;
  const { advisor, backoff } = theme as { advisor?: unknown; backoff?: unknown };
  if (advisor !== undefined && typeof advisor !== 'function') return `${at}.advisor is not a function`;
  const { answers } = theme as { answers?: unknown };
  if (answers !== undefined && typeof answers !== 'boolean') return `${at}.answers is true or false`;
  if (answers && advisor) return `${at} has answers, which need no advisor`;
  const own = findFieldProblem(at, theme, themeFields, numbers);
  if (own !== undefined || backoff === undefined) return own;
  if (!isJsonObject(backoff)) return `${at}.backoff is not an object`;
  return findFieldProblem(`${at}.backoff`, backoff, backoffFields, backoffNumbers);
}

function findFieldProblem(at: string, object: object, fields: readonly string[], checks: typeof numbers) {
  const unknown = Object.keys(object).find((field) => !fields.includes(field));
  if (unknown !== undefined) return `${at} has an unknown field ${JSON.stringify(unknown)}`;
  for (const [field, words, check] of checks) {
    const value = (object as Record<string, unknown>)[field];
    if (value !== undefined && !check(value)) return `${at}.${field} is ${words}`;
  }
  return undefined;
}

function findClash(taken: Map<number, string>, name: string, number: number | undefined): string | undefined {
  if (number === undefined) return undefined;
  const other = taken.get(number);
  taken.set(number, name);
  return other === undefined ? undefined : `themes ${other} and ${name} have the same number ${number}`;
}
