import { fullStepPolicy } from '../core/app/saga-moves.ts';
import { given } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import type { SagaDefinition, SagaStep, StepAction } from '../index.ts';

/** Says for people, in few words, what an action does. */
type Describe = (action: StepAction) => string;

/** The definition of a type of saga as JSON. Times in seconds. */
export function toSagaGraphJson(type: string, { steps, deadline }: SagaDefinition, describe: Describe): JsonObject {
  return {
    ...{ v: 1, type },
    ...given({ deadline }),
    steps: steps.map((entry) => groupOf(entry).map((step) => toStepJson(step, describe))),
  };
}

function toStepJson({ name, at, do: action, compensate }: SagaStep, describe: Describe): JsonObject {
  const toJson = (each: StepAction): JsonObject => toActionJson(each, at, describe(each));
  return {
    step: name,
    ...given({ at }),
    do: toJson(action),
    ...(compensate && { compensate: toJson(compensate) }),
  };
}

function toActionJson(action: StepAction, at: string | undefined, text: string): JsonObject {
  const { timeout, ...retry } = policyOf(action, at);
  const kind = ['request', 'http', 'command', 'ask', 'saga'].find((name) => name in action) ?? 'run';
  return { does: kind, text, timeout, retry };
}

/** How often an action is tried, and how long each attempt may take. */
export function policyOf(action: StepAction, at: string | undefined) {
  return fullStepPolicy(action, 'ask' in action || 'saga' in action || at !== undefined);
}

/** The steps of a group, or the one that stands alone. */
export function groupOf(entry: SagaDefinition['steps'][number]): readonly SagaStep[] {
  return Array.isArray(entry) ? (entry as readonly SagaStep[]) : [entry as SagaStep];
}
