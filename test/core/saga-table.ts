import type { Saga, SagaEvent, StepSide } from '../../src/core/app/saga.ts';
import { beginSaga, foldSaga } from '../../src/core/app/saga-fold.ts';
import { fullStepPolicy, type Move, nextMove, type SagaPlan } from '../../src/core/app/saga-moves.ts';

/** When the sagas of these tests start, in ms since 1970. */
export const start = 1_000_000;

/** Which sides of which steps a plan has: `do` of every step, unless `gone` names it. */
export interface PlanOptions {
  readonly undoable?: readonly string[];
  readonly asked?: readonly string[];
  readonly gone?: readonly string[];
  readonly attempts?: number;
  readonly timeout?: number;
  readonly deadline?: number;
}

/** A plan for the pure machine. */
export function planOf(options: PlanOptions = {}): SagaPlan {
  const { undoable = ['a', 'b', 'c', 'd'], asked = [], gone = [], attempts = 3, timeout = 10, deadline } = options;
  return {
    deadline: deadline === undefined ? undefined : start + deadline * 1000,
    side(step: string, side: StepSide) {
      if (gone.includes(step) || (side === 'undo' && !undoable.includes(step))) return undefined;
      const isAsked = asked.includes(step);
      return {
        isAsked,
        policy: fullStepPolicy({ timeout, retry: { attempts, first: 1, factor: 2, max: 60 } }, isAsked),
      };
    },
  };
}

/** A saga of the groups, after the events; each one second after the one before. */
export function sagaOf(groups: readonly (readonly string[])[], ...events: readonly SagaEvent[]): Saga {
  const all: readonly SagaEvent[] = [{ event: 'planned', steps: groups }, ...events];
  const first = beginSaga('s', { event: 'started', v: 1, type: 't', data: null }, start);
  return all.reduce((saga, event, i) => foldSaga(saga, event, start + (i + 1) * 1000), first);
}

export const began = (step: string, side: StepSide = 'do', attempt = 1): SagaEvent => ({
  event: 'began',
  step,
  side,
  attempt,
});
export const did = (step: string, side: StepSide = 'do'): SagaEvent => ({
  event: 'did',
  step,
  side,
  result: `${step} ${side}`,
});
export const failed = (
  step: string,
  next: 'retry' | 'turn' | 'wait',
  happened: 'no' | 'maybe' = 'maybe',
  side: StepSide = next === 'wait' ? 'undo' : 'do',
): SagaEvent => ({
  ...{ event: 'failed', step, side, error: `${step} broke`, happened, next },
  ...(next === 'retry' && { due: start + 100_000 }),
  ...(next !== 'retry' && happened === 'no' && { refused: true }),
});
export const turned: SagaEvent = { event: 'compensate', why: 'told to' };

/** What comes next, a second after the last of few events. */
export function moveOf(saga: Saga, options: PlanOptions = {}, now = start + 20_000): Move {
  return nextMove(saga, planOf(options), { now, chance: 1 });
}

/** The names of the attempts that a move makes, with their side and number. */
export function actsOf(move: Move): readonly string[] {
  return move.move === 'act' ? move.acts.map(({ step, side, attempt }) => `${side} ${step} ${attempt}`) : [move.move];
}
