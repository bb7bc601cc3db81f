import type { Saga, SagaEvent } from '../../core/app/saga.ts';
import { stepDefaults } from '../../core/app/saga-definition.ts';
import { type Act, failure } from '../../core/app/saga-moves.ts';
import { present } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { leadTurn } from '../../sessions/turn/frame.ts';
import { Interrupted } from '../../sessions/turn/interruption.ts';
import { errorText, type Led } from '../../sessions/turn/led-session.ts';
import type { TurnContext } from '../../sessions/turn/turn-context.ts';
import type { TurnReport } from '../../sessions/turn/turn-report.ts';
import type { TurnEnd } from '../../sessions/turn/work-events.ts';
import { intervene } from '../intervene/intervene.ts';
import { callStep } from '../step/call-step.ts';
import { stepContext } from '../step/step-context.ts';
import { StepTimeout } from '../step/step-timeout.ts';
import { decideStep } from './request-step.ts';
import { SagaTurn } from './saga-turn.ts';

/** How soon a saga looks again at the one that it undoes: a part of the time that it has waited. Seconds. */
const lookAgain = { part: 0.25, min: 1, max: 300 };

/**
 * One turn of a saga: makes the attempts that are due, each begun and ended by a record of the log, until the saga has
 * ended, sleeps, or waits for a person. Whatever dies in between, the next turn finds how far it came.
 */
export async function runSaga(context: TurnContext, led: Led): Promise<TurnReport> {
  return leadTurn(context, led, {
    work: async (turn) => {
      const saga = new SagaTurn(turn);
      const ended = await goOn(saga);
      if (ended === 'parked') turn.error = saga.problem;
      return ended;
    },
  });
}

async function goOn(saga: SagaTurn): Promise<TurnEnd> {
  const { turn, context } = saga;
  for (;;) {
    if (!(await saga.catchUp())) return turn.outcomeOfLead();
    if (saga.original) return turnBack(saga, saga.original);
    const begun = saga.takeBegun();
    if (begun.length > 0) {
      await Promise.all(begun.map((act) => call(saga, act)));
      if (context.operator.signal.aborted) throw new Interrupted('lost');
      continue;
    }
    const next = saga.advance();
    const { acts, move } = next;
    const [act] = acts;
    if (act && saga.script.kind(act.step, act.side) === 'request') {
      if (await decideStep(saga, act, next)) return 'removed';
      // That calls begin is known before they do.
    } else if (act) await saga.write();
    else {
      const ended = await saga.rest(move);
      if (ended) return ended;
    }
  }
}

/** A saga that is to be undone has to end first: compensation is requested, and the saga looked at again in a while. */
async function turnBack({ turn, context, led, saga: { createdAt } }: SagaTurn, { id, phase }: Saga): Promise<TurnEnd> {
  if (phase === 'running') {
    const isLate = (error: unknown) => error instanceof TxlogError && error.code === 'SAGA_STATE';
    await intervene(
      context.host,
      { id, word: { kind: 'compensate' } },
      { reason: `saga ${led.session} undoes it` },
    ).catch((error) => {
      if (!isLate(error)) throw error;
    });
  }
  const waited = (context.host.now() - createdAt) / 1000;
  const seconds = Math.min(lookAgain.max, Math.max(lookAgain.min, waited * lookAgain.part));
  return turn.end({ op: 'store', seconds, interrupted: true });
}

/** A call that ended because its worker was told to stop: nobody knows what became of it, and it is no attempt. */
function stoppedEvent({ step, side }: Act, now: number): SagaEvent {
  const error = new Interrupted('killed').message;
  return { event: 'failed', step, side, error, happened: 'maybe', stopped: true, next: 'retry', due: now };
}

async function call(saga: SagaTurn, act: Act): Promise<void> {
  const { context } = saga;
  const { step, side, attempt } = act;
  const action = present(saga.script.action(step, side), 'action');
  const time = new StepTimeout(saga.turn.interruption, context.host.clock, action.timeout ?? stepDefaults.timeout);
  try {
    const outcome = await callStep(action, stepContext(saga.saga, act, time), saga.turn);
    // A worker without its lease may write nothing: the step stays begun.
    if (!outcome.ok && context.operator.signal.aborted) return;
    if (!outcome.ok && context.kill.aborted) return saga.note(stoppedEvent(act, context.host.now()));
    const { policy } = present(saga.script.side(step, side), 'side of a step');
    const { now, chance } = saga.moment(true);
    const event: SagaEvent = outcome.ok
      ? { event: 'did', step, side, result: outcome.result }
      : failure({ step, side, attempt }, policy, { ...outcome, error: errorText(outcome.error), now, chance });
    saga.note(event);
  } finally {
    time.end();
  }
}
