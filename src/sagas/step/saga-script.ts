import type { App } from '../../core/app/app.ts';
import type { Saga, StepSide } from '../../core/app/saga.ts';
import { type SagaDefinition, type SagaStep, type StepAction, stepsOf } from '../../core/app/saga-definition.ts';
import { fullStepPolicy, type SagaPlan } from '../../core/app/saga-moves.ts';
import { present } from '../../core/base/assert.ts';
import { slipTimeout } from './slip-timeout.ts';

/** How a side of a step is carried out: at once in this engine, by a call that is waited for, or by a question. */
type Kind = 'request' | 'call' | 'question' | 'slip';

/** The definition of a saga, as its turns need it. */
export interface SagaScript extends SagaPlan {
  readonly definition: SagaDefinition;
  step(name: string): SagaStep | undefined;
  action(step: string, side: StepSide): StepAction | undefined;
  kind(step: string, side: StepSide): Kind;
}

const scripts = new WeakMap<SagaDefinition, ReadonlyMap<string, SagaStep>>();

/** The definition that the app has for a saga; undefined when it has none. */
export function scriptOf(app: App, { type, createdAt }: Pick<Saga, 'type' | 'createdAt'>): SagaScript | undefined {
  const definition = app.sagas?.[type];
  if (!definition) return undefined;
  const steps = stepMap(definition);
  const action = (name: string, side: StepSide) => {
    const step = steps.get(name);
    if (side === 'do' || step?.compensate) return side === 'do' ? step?.do : step?.compensate;
    // This saga undoes what another one did.
    return step && 'saga' in step.do ? step.do : undefined;
  };
  const kind = (name: string, side: StepSide) => kindOf(present(action(name, side), 'action'), steps.get(name)?.at);
  const { deadline } = definition;
  return {
    definition,
    deadline: deadline === undefined ? undefined : createdAt + deadline * 1000,
    step: (name) => steps.get(name),
    action,
    kind,
    side(name, side) {
      const found = action(name, side);
      if (!found) return undefined;
      const how = kind(name, side);
      if (how === 'slip') return { policy: slipTimeout(definition, name, side), isAsked: true };
      const isAsked = how === 'question';
      return { policy: fullStepPolicy(found, isAsked), isAsked };
    },
  };
}

function stepMap(definition: SagaDefinition): ReadonlyMap<string, SagaStep> {
  const known = scripts.get(definition);
  if (known) return known;
  const steps = new Map(stepsOf(definition).map((step) => [step.name, step]));
  scripts.set(definition, steps);
  return steps;
}

function kindOf(action: StepAction, at: string | undefined): Kind {
  if (at !== undefined) return 'slip';
  if ('request' in action) return action.service === undefined ? 'request' : 'call';
  return 'ask' in action || 'saga' in action ? 'question' : 'call';
}
