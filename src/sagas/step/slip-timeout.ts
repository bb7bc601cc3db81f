import type { StepSide } from '../../core/app/saga.ts';
import { type SagaDefinition, type SagaStep, stepsOf } from '../../core/app/saga-definition.ts';
import { type FullStepPolicy, fullStepPolicy } from '../../core/app/saga-moves.ts';

/**
 * The policy of a slip, as its saga waits for it: once, for as long as the services may take for all the steps that it
 * brings, with all their attempts. The attempts are theirs.
 */
export function slipTimeout(definition: SagaDefinition, step: string, side: StepSide): FullStepPolicy {
  const steps = side === 'do' ? stepsFrom(definition, step) : stepsOf(definition).filter(({ name }) => name === step);
  const actions = steps.flatMap((one) => (side === 'do' ? one.do : one.compensate) ?? []);
  const policies = actions.map((action) => fullStepPolicy(action));
  const timeout = policies.reduce((sum, policy) => sum + secondsOf(policy), 0);
  return { ...fullStepPolicy({}), attempts: 1, timeout };
}

/** The steps that travel on one slip from this one on. */
function stepsFrom({ steps }: SagaDefinition, name: string): readonly SagaStep[] {
  const groups = steps.map((entry) => [entry].flat() as readonly SagaStep[]);
  const first = groups.findIndex((group) => group.some((step) => step.name === name));
  const rest = groups.slice(first);
  if (rest[0]?.length !== 1) return rest[0]?.filter((step) => step.name === name) ?? [];
  const end = rest.findIndex((group) => group.length !== 1 || group[0]?.at === undefined);
  return rest.slice(0, end < 0 ? rest.length : end).flat();
}

function secondsOf({ attempts, timeout, first, factor, max }: FullStepPolicy): number {
  let seconds = attempts * timeout;
  for (let i = 1, pause = first; i < attempts && seconds < longest; i++, pause *= factor)
    seconds += Math.min(max, pause);
  return Math.min(longest, seconds);
}

/** A year is as good as for ever. */
const longest = 365 * 24 * 3600;
