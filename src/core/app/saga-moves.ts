import { pauseAfter } from '../base/back-off.ts';
import type { Saga, SagaEvent, SagaOutcome, SideProgress, StepProgress, StepSide } from './saga.ts';
import { stepDefaults } from './saga-definition.ts';

/** A policy without gaps. Times in seconds. */
export interface FullStepPolicy {
  readonly timeout: number;
  readonly attempts: number;
  readonly first: number;
  readonly factor: number;
  readonly max: number;
}

/** The facts that the moves of a saga depend on, of one side of a step. */
interface PlannedSide {
  readonly policy: FullStepPolicy;
  /** Begun by a message, and done when it is answered. */
  readonly isAsked: boolean;
}

/** A saga's definition, as far as its moves depend on it. */
export interface SagaPlan {
  /** In ms since 1970. */
  readonly deadline: number | undefined;
  /** Undefined of a side that there is nothing to do for. */
  side(step: string, side: StepSide): PlannedSide | undefined;
}

/** One attempt to make. */
export interface Act {
  readonly step: string;
  readonly side: StepSide;
  readonly attempt: number;
}

/** The next move of a saga: `nextMove` alone says which. */
export type Move =
  /** Attempts to make now, at the same time. */
  | { readonly move: 'act'; readonly acts: readonly Act[] }
  /** Something that the passing of time brought about. */
  | { readonly move: 'note'; readonly events: readonly SagaEvent[] }
  /** Nothing until then: ms since 1970. */
  | { readonly move: 'sleep'; readonly until: number }
  | { readonly move: 'end'; readonly outcome: SagaOutcome }
  /** A person has to see to it. */
  | { readonly move: 'park'; readonly error: string };

/**
 * What a saga does next. Steps that are begun and not asked come from a turn that is over: nobody knows what became of
 * them, and they are tried again. `now` in ms since 1970; `chance` from 0 to 1 spreads what failed at once.
 */
export function nextMove(
  saga: Saga,
  plan: SagaPlan,
  { now, chance }: { readonly now: number; readonly chance: number },
): Move {
  if (saga.forced) return { move: 'end', outcome: saga.forced };
  if (saga.phase === 'failed') return { move: 'park', error: saga.problem ?? 'a step cannot be undone' };
  const isForward = saga.phase === 'running';
  if (isForward && plan.deadline !== undefined && now >= plan.deadline)
    return { move: 'note', events: [{ event: 'compensate', why: 'its deadline is over' }] };
  const side = isForward ? 'do' : 'undo';
  const steps = openSteps(saga, plan, side);
  if (steps.length === 0) return { move: 'end', outcome: isForward ? 'done' : 'compensated' };
  return moveOf(steps, { side, plan }, { now, chance });
}

/** The steps of the group whose turn it is that are still open. */
function openSteps(saga: Saga, plan: SagaPlan, side: StepSide): readonly StepProgress[] {
  const itinerary = saga.itinerary ?? [];
  const groups = side === 'do' ? itinerary : [...itinerary].reverse();
  const isOpen = side === 'do' ? isUndone : (step: StepProgress) => needsUndo(step, plan);
  for (const group of groups) {
    const open = group.flatMap((name) => {
      const step = saga.steps.get(name);
      return step && isOpen(step) ? [step] : [];
    });
    if (open.length > 0) return open;
  }
  return [];
}

function isUndone(step: StepProgress): boolean {
  return step.do.status !== 'done' && step.do.status !== 'skipped';
}

/** Whether a step happened, or may have, and is not undone. */
function needsUndo({ name, do: done, undo }: StepProgress, plan: SagaPlan): boolean {
  if (undo.status === 'done' || undo.status === 'skipped') return false;
  const mayHaveHappened = done.status === 'done' || done.status === 'begun' || done.maybe;
  // A step that the app no longer defines may still need undoing.
  const isKnown = plan.side(name, 'do') !== undefined;
  return mayHaveHappened && (!isKnown || plan.side(name, 'undo') !== undefined);
}

function moveOf(
  steps: readonly StepProgress[],
  { side, plan }: { readonly side: StepSide; readonly plan: SagaPlan },
  { now, chance }: { readonly now: number; readonly chance: number },
): Move {
  const acts: Act[] = [];
  const events: SagaEvent[] = [];
  let until = side === 'do' ? (plan.deadline ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  for (const step of steps) {
    const progress = step[side];
    const planned = plan.side(step.name, side);
    if (!planned) return { move: 'park', error: `the app has no step ${step.name}` };
    const due = dueOf(progress, planned);
    if (due > now) until = Math.min(until, due);
    else if (progress.status === 'begun' && (planned.isAsked || progress.attempts >= planned.policy.attempts)) {
      const error = planned.isAsked ? `no answer within ${planned.policy.timeout} s` : 'its worker died';
      events.push(
        failure({ step: step.name, side, attempt: progress.attempts }, planned.policy, { error, now, chance }),
      );
    } else acts.push({ step: step.name, side, attempt: progress.attempts + 1 });
  }
  if (events.length > 0) return { move: 'note', events };
  return acts.length > 0 ? { move: 'act', acts } : { move: 'sleep', until };
}

function dueOf(progress: SideProgress, { isAsked, policy }: PlannedSide): number {
  if (progress.status === 'retrying') return progress.due ?? 0;
  return progress.status === 'begun' && isAsked ? (progress.beganAt ?? 0) + policy.timeout * 1000 : 0;
}

/** Decides after an attempt's failure: another attempt after a pause, or the end of trying. */
export function failure(
  { step, side, attempt }: Act,
  policy: FullStepPolicy,
  why: {
    readonly error: string;
    readonly permanent?: boolean;
    readonly happened?: 'no' | 'maybe';
    readonly now: number;
    readonly chance: number;
  },
): SagaEvent {
  const { error, permanent = false, happened = 'maybe', now, chance } = why;
  const refused = permanent && happened === 'no' ? { refused: true } : {};
  const noted = { event: 'failed', step, side, error, happened, ...refused } as const;
  if (permanent || attempt >= policy.attempts) return { ...noted, next: side === 'do' ? 'turn' : 'wait' };
  return { ...noted, next: 'retry', due: now + Math.round(pauseAfter(policy, attempt, chance) * 1000) };
}

/** A policy, and the defaults for what it does not say. A question is asked once, unless it says otherwise. */
export function fullStepPolicy(
  { timeout, retry }: { readonly timeout?: number; readonly retry?: Partial<Omit<FullStepPolicy, 'timeout'>> },
  isAsked = false,
): FullStepPolicy {
  const attempts = isAsked ? 1 : stepDefaults.retry.attempts;
  return {
    ...stepDefaults.retry,
    attempts,
    ...retry,
    timeout: timeout ?? (isAsked ? stepDefaults.patience : stepDefaults.timeout),
  };
}
