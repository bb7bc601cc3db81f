import { fullStepPolicy } from '../../core/app/saga-moves.ts';
import { given } from '../../core/base/given.ts';
import type { JsonObject, JsonValue } from '../../core/base/json.ts';
import type { SagaDefinition, SagaStep, StepAction } from '../../index.ts';
import { formatDuration } from '../text/duration.ts';
import type { Paint } from '../text/paint.ts';
import { formatTable } from '../text/table.ts';
import { plural, printable, shorten } from '../text/text.ts';

/** The definition of a type of saga for people: steps in their order, those of a group in a bracket. */
export function formatSagaGraph(type: string, { steps, deadline }: SagaDefinition, paint: Paint): string {
  const end = deadline === undefined ? '' : `  within ${formatDuration(deadline * 1000)}`;
  const title = `${paint.strong('saga')} ${paint.key(printable(type))}${end}`;
  const rows = steps.flatMap((entry) => {
    const group = groupOf(entry);
    return group.map((step, i) => {
      const bracket = group.length === 1 ? ' ' : i === 0 ? '┌' : i === group.length - 1 ? '└' : '│';
      const undone = step.compensate ? actionText(step.compensate, step.at) : '';
      return [
        `  ${bracket} ${printable(step.name)}`,
        actionText(step.do, step.at),
        paint.dim(policyText(step.do, step.at)),
        step.compensate ? `↩ ${undone}` : paint.dim('nothing to undo'),
        step.compensate ? paint.dim(policyText(step.compensate, step.at)) : '',
      ];
    });
  });
  return [title, formatTable(rows)].join('\n');
}

/** The same as JSON. Times in seconds. */
export function toSagaGraphJson(type: string, { steps, deadline }: SagaDefinition): JsonObject {
  return {
    ...{ v: 1, type },
    ...given({ deadline }),
    steps: steps.map((entry) => groupOf(entry).map(toStepJson)),
  };
}

/** The steps of a group, or the one that stands alone. */
export function groupOf(entry: SagaDefinition['steps'][number]): readonly SagaStep[] {
  return Array.isArray(entry) ? (entry as readonly SagaStep[]) : [entry as SagaStep];
}

/** What an action does, for people, in few words. */
export function actionText(action: StepAction, at: string | undefined): string {
  const what = kindText(action);
  return at === undefined ? what : `${what} at ${printable(at)}`;
}

function kindText(action: StepAction): string {
  if ('request' in action) {
    const there = action.service === undefined ? '' : ` to ${printable(action.service)}`;
    return `request${there}${typeof action.request === 'function' ? '' : ` ${printable(action.request.type)}`}`;
  }
  if ('http' in action) return typeof action.http === 'function' ? 'http' : `http ${short(action.http.url)}`;
  if ('command' in action)
    return typeof action.command === 'function' ? 'command' : `command ${short(action.command.argv.join(' '))}`;
  if ('ask' in action) return typeof action.ask === 'function' ? 'question' : `question to ${printable(action.ask.to)}`;
  return 'saga' in action ? `saga ${printable(action.saga)}` : 'function';
}

function short(text: string): string {
  return shorten(printable(text), 40);
}

function policyText(action: StepAction, at: string | undefined): string {
  const { attempts, timeout } = policyOf(action, at);
  // What is decided by this engine neither hangs nor comes to something else the next time.
  if ('request' in action && action.service === undefined && at === undefined) return '';
  return `${plural(attempts, 'attempt')}, ${formatDuration(timeout * 1000)} each`;
}

function policyOf(action: StepAction, at: string | undefined) {
  return fullStepPolicy(action, 'ask' in action || 'saga' in action || at !== undefined);
}

function toStepJson({ name, at, do: action, compensate }: SagaStep): JsonObject {
  return {
    step: name,
    ...given({ at }),
    do: toActionJson(action, at),
    ...(compensate ? { compensate: toActionJson(compensate, at) } : {}),
  };
}

function toActionJson(action: StepAction, at: string | undefined): JsonValue {
  const { timeout, ...retry } = policyOf(action, at);
  const kind = ['request', 'http', 'command', 'ask', 'saga'].find((name) => name in action) ?? 'run';
  return { does: kind, text: kindText(action), timeout, retry };
}
