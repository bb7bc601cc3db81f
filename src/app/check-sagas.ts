import type { App } from '../core/app/app.ts';
import { type SagaDefinition, type SagaStep, stepsOf } from '../core/app/saga-definition.ts';
import { findFieldOutOfRange, findPolicyProblem, findStepPolicyProblem } from '../core/base/check-policy.ts';
import { forbiddenKeys, isJsonObject } from '../core/base/json.ts';
import { findNameProblem } from '../core/base/key.ts';
import { limits } from '../core/base/limits.ts';
import { ranges } from '../core/base/number-range.ts';
import { findProcessProblem } from './check-processes.ts';

const sagaFields = ['steps', 'deadline', 'schema', 'number', 'lease', 'concurrency'];
const stepFields = ['name', 'do', 'compensate', 'at'];
const actions = ['request', 'http', 'command', 'run', 'ask', 'saga'];
const actionFields = [...actions, 'service', 'data', 'timeout', 'retry'];

/** Finds what is wrong with the sagas, processes and services of an app; undefined when nothing is. */
export function findSagaProblem({ sagas, processes, services, name }: App): string | undefined {
  if (name !== undefined && findNameProblem(name, limits.typeBytesMax)) return 'name is not a name';
  for (const [field, value] of Object.entries({ sagas, processes, services })) {
    if (value !== undefined && !isJsonObject(value)) return `${field} is not an object`;
  }
  for (const [type, saga] of Object.entries(sagas ?? {})) {
    const problem = findProblem(`sagas[${JSON.stringify(type)}]`, type, saga);
    if (problem !== undefined) return problem;
  }
  const problem = findProcessProblem(processes);
  if (problem !== undefined) return problem;
  for (const [service, where] of Object.entries(services ?? {})) {
    const problem = findServiceProblem(where);
    if (problem !== undefined) return `services[${JSON.stringify(service)}] ${problem}`;
  }
  return undefined;
}

function findServiceProblem(where: unknown): string | undefined {
  if (!isJsonObject(where)) return 'is not an object';
  const { env, command, by } = where;
  if ([env, command, by].filter((one) => one !== undefined).length !== 1) return 'has one of env, command and by';
  if (env !== undefined && typeof env !== 'string') return 'has an env that is no directory';
  if (by !== undefined && by !== 'send') return 'has a by that is not "send"';
  const isArgv = Array.isArray(command) && command.length > 0 && command.every((word) => typeof word === 'string');
  return command === undefined || isArgv ? undefined : 'has a command that is no list of words';
}

function findProblem(at: string, type: string, saga: SagaDefinition): string | undefined {
  if (!isJsonObject(saga)) return `${at} is not an object`;
  // The name of its theme, and of a queue of it, has a prefix.
  const problem = findNameProblem(type, limits.typeBytesMax - 8);
  if (problem !== undefined) return `${at}: ${problem}`;
  const unknown = findUnknown(saga, sagaFields);
  if (unknown !== undefined) return `${at} has an unknown field ${unknown}`;
  if (!Array.isArray(saga.steps) || saga.steps.length === 0) return `${at}.steps is a list of steps`;
  const group = saga.steps.find(
    (entry) => Array.isArray(entry) && (entry.length === 0 || entry.length > limits.stepsAtOnceMax),
  );
  if (group) return `${at}.steps: a group has 1 to ${limits.stepsAtOnceMax} steps`;
  return (
    findFieldOutOfRange(at, { object: saga, field: 'deadline' }, ranges.timeout) ??
    findFieldOutOfRange(at, { object: saga, field: 'number' }, ranges.themeNumber) ??
    findPolicyProblem(at, saga) ??
    findStepsProblem(at, stepsOf(saga))
  );
}

function findStepsProblem(at: string, steps: readonly SagaStep[]): string | undefined {
  if (steps.length > limits.stepsMax) return `${at} has ${steps.length} steps; the limit is ${limits.stepsMax}`;
  const names = new Set<string>();
  for (const step of steps) {
    if (!isJsonObject(step)) return `${at}.steps: a step is an object`;
    const { name } = step;
    const where = `${at}: step ${JSON.stringify(name)}`;
    const problem = findNameProblem(name, limits.stepNameBytesMax);
    if (problem !== undefined || /[/~]/.test(name) || name === 'undo')
      return `${where} needs a name of at most ${limits.stepNameBytesMax} bytes, without / and ~, that is not "undo"`;
    // Its result is kept under its name, in an object of JSON.
    if (forbiddenKeys.has(name)) return `${where}: no step is called so, as no key of JSON is`;
    if (names.has(name)) return `${where} is there twice`;
    names.add(name);
    const unknown = findUnknown(step, stepFields);
    if (unknown !== undefined) return `${where} has an unknown field ${unknown}`;
    const found =
      findActionProblem(`${where}.do`, step.do) ??
      (step.compensate && findActionProblem(`${where}.compensate`, step.compensate));
    if (found) return found;
    const isSentOn = (action: SagaStep['do'] | undefined) =>
      action !== undefined && ('ask' in action || 'saga' in action);
    if (step.at !== undefined && (isSentOn(step.do) || isSentOn(step.compensate)))
      return `${where} is done at ${step.at}: it can neither ask nor start a saga there`;
  }
  return undefined;
}

function findActionProblem(at: string, action: SagaStep['do']): string | undefined {
  if (!isJsonObject(action)) return `${at} is not an object`;
  const unknown = findUnknown(action, actionFields);
  if (unknown !== undefined) return `${at} has an unknown field ${unknown}`;
  const named = actions.filter((field) => (action as Record<string, unknown>)[field] !== undefined);
  if (named.length !== 1) return `${at} does one of ${actions.join(', ')}`;
  if ('run' in action && typeof action.run !== 'function') return `${at}.run is not a function`;
  return findStepPolicyProblem(at, action);
}

function findUnknown(object: object, fields: readonly string[]): string | undefined {
  const unknown = Object.keys(object).find((field) => !fields.includes(field));
  return unknown === undefined ? undefined : JSON.stringify(unknown);
}
