import type { App } from '../core/app/app.ts';
import { findFieldOutOfRange, findPolicyProblem } from '../core/base/check-policy.ts';
import { isJsonObject } from '../core/base/json.ts';
import { ranges } from '../core/base/number-range.ts';

const themeFields = ['number', 'advisor', 'answers', 'lease', 'timeout', 'backoff', 'attempts', 'concurrency'];
/** Finds what is wrong with the themes of an app; undefined when nothing is. */
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
  const { advisor } = theme as { advisor?: unknown };
  if (advisor !== undefined && typeof advisor !== 'function') return `${at}.advisor is not a function`;
  const { answers } = theme as { answers?: unknown };
  if (answers !== undefined && typeof answers !== 'boolean') return `${at}.answers is true or false`;
  if (answers && advisor) return `${at} has answers, which need no advisor`;
  const unknown = Object.keys(theme).find((field) => !themeFields.includes(field));
  if (unknown !== undefined) return `${at} has an unknown field ${JSON.stringify(unknown)}`;
  return (
    findFieldOutOfRange(at, { object: theme, field: 'number' }, ranges.themeNumber) ?? findPolicyProblem(at, theme)
  );
}

function findClash(taken: Map<number, string>, name: string, number: number | undefined): string | undefined {
  if (number === undefined) return undefined;
  const other = taken.get(number);
  taken.set(number, name);
  return other === undefined ? undefined : `themes ${other} and ${name} have the same number ${number}`;
}
