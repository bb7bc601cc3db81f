import { sagaOfTheme } from '../core/app/saga.ts';
import { TxlogError } from '../core/base/errors.ts';
import { shellWord } from '../core/base/shell-word.ts';
import type { Session } from '../core/fold/session.ts';
import type { SessionStep } from '../core/log/operation.ts';
import { nameOfTheme } from './3-decide-theme.ts';
import type { Stage } from './3-stage.ts';

/**
 * Why an operation may not be done to this session, or undefined. The data of a saga's session are its events, its phase is
 * their fold, and its end is a record of its own: all three are the engine's alone. The mark of its code does not come from callers (`operationOfCaller`).
 *
 * Problems: SAGA_STATE.
 */
export function findSagaGuard(stage: Stage, step: SessionStep, { theme }: Session): TxlogError | undefined {
  if (!isOfSagaAlone(step) || sagaOfTheme(nameOfTheme(stage, theme) ?? '') === undefined) return undefined;
  const word = shellWord(step.session);
  return new TxlogError(
    'SAGA_STATE',
    `session ${step.session} belongs to a saga: ${step.op} would destroy the history or the end of the saga`,
    {
      hint: 'Nothing was changed. End a saga with `saga compensate`, or with `saga force` whatever is left of it.',
      next: [`txlog saga show ${word}`, `txlog saga force ${word} --outcome compensated --reason "…"`],
    },
  );
}

/** Whether only the engine's code of sagas may do this to the session of a saga, and it is not that code that asks. */
function isOfSagaAlone(step: SessionStep): boolean {
  if (step.op === 'append' || step.op === 'replace' || step.op === 'remove') return !step.ofSaga;
  return step.phase !== undefined;
}
