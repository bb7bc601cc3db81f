import type { App } from '../core/app/app.ts';
import { type ProcessDefinition, processTheme } from '../core/app/process-definition.ts';
import { findFieldOutOfRange } from '../core/base/check-policy.ts';
import { isJsonObject } from '../core/base/json.ts';
import { findNameProblem } from '../core/base/key.ts';
import { limits } from '../core/base/limits.ts';
import { ranges } from '../core/base/number-range.ts';
import { sessionType } from '../core/log/record.ts';
import { findThemeProblem } from './check-themes.ts';

const fields = ['on', 'from', 'number', 'lease', 'backoff', 'attempts', 'decide'];
const filterFields = ['types', 'outcome', 'key', 'prefix', 'since', 'until', 'from', 'to', 'where'];
const numbers = [
  ['since', ranges.time],
  ['until', ranges.time],
  ['from', ranges.count],
  ['to', ranges.count],
] as const;

/** Finds what is wrong with the processes of an app; undefined when nothing is. */
export function findProcessProblem(processes: App['processes']): string | undefined {
  for (const [name, process] of Object.entries(processes ?? {})) {
    const problem = findProblem(`processes[${JSON.stringify(name)}]`, name, process);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function findProblem(at: string, name: string, process: ProcessDefinition): string | undefined {
  if (!isJsonObject(process)) return `${at} is not an object`;
  const problem = findNameProblem(name, limits.typeBytesMax - processTheme('').length);
  if (problem !== undefined) return `${at}: ${problem}`;
  const unknown = findUnknown(process, fields);
  if (unknown !== undefined) return `${at} has an unknown field ${unknown}`;
  const { on, from, decide, number, lease, backoff, attempts } = process as ProcessDefinition;
  if (typeof decide !== 'function') return `${at}.decide is not a function`;
  if (from !== undefined && from !== 'start' && from !== 'now') return `${at}.from is start or now`;
  const policy = Object.entries({ number, lease, backoff, attempts }).filter(([, value]) => value !== undefined);
  const wrong = findThemeProblem({ [processTheme(name)]: Object.fromEntries(policy) });
  return wrong ?? (on === undefined ? undefined : findFilterProblem(`${at}.on`, on));
}

function findFilterProblem(at: string, on: NonNullable<ProcessDefinition['on']>): string | undefined {
  if (!isJsonObject(on)) return `${at} is not an object`;
  const unknown = findUnknown(on, filterFields);
  if (unknown !== undefined) return `${at} has an unknown field ${unknown}`;
  const { types, outcome, where, key, prefix } = on as NonNullable<ProcessDefinition['on']>;
  if (types !== undefined && !(Array.isArray(types) && types.every((type) => typeof type === 'string')))
    return `${at}.types is a list of types`;
  // It would hear itself for ever.
  if (types?.includes(sessionType)) return `${at}.types: a process does not listen to ${sessionType}`;
  if (outcome !== undefined && outcome !== 'committed' && outcome !== 'rejected')
    return `${at}.outcome is committed or rejected`;
  if (where !== undefined && typeof where !== 'function') return `${at}.where is not a function`;
  for (const [field, value] of Object.entries({ key, prefix }))
    if (value !== undefined && typeof value !== 'string') return `${at}.${field} is a text`;
  for (const [field, range] of numbers) {
    const problem = findFieldOutOfRange(at, { object: on, field }, range);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function findUnknown(object: object, known: readonly string[]): string | undefined {
  const unknown = Object.keys(object).find((field) => !known.includes(field));
  return unknown === undefined ? undefined : JSON.stringify(unknown);
}
