import type { Saga, SagaEvent } from '../../core/app/saga.ts';
import { stepDefaults } from '../../core/app/saga-definition.ts';
import { type Act, failure } from '../../core/app/saga-moves.ts';
import { present } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { Interruption } from '../../sessions/turn/interruption.ts';
import { errorText, type Led } from '../../sessions/turn/led-session.ts';
import type { TurnReport } from '../../sessions/turn/report.ts';
import { handBack, insist, setAside, type TurnContext, whatBecame } from '../../sessions/turn/turn.ts';
import type { TurnEnd } from '../../sessions/turn/work-events.ts';
import { intervene } from '../intervene/intervene.ts';
import { perform } from '../step/call.ts';
import { stepContext } from '../step/step-context.ts';
import { StepTime } from '../step/step-timeout.ts';
import { decideStep } from './request-step.ts';
import { SagaTurn } from './turn.ts';

/** How soon a saga looks again at the one that it undoes: a part of the time that it has waited. Seconds. */
const lookAgain = { part: 0.25, min: 1, max: 300 };

/**
 * One turn of a saga: makes the attempts that are due, each begun and ended by a word in the log, until the saga has
 * ended, sleeps, or waits for a person. Whatever dies in between, the next turn finds how far it came.
 */
export async function runSaga(context: TurnContext, led: Led): Promise<TurnReport> {
  const { session, epoch } = led;
  const interruption = new Interruption(context.operator.signal, context.kill);
  const turn = new SagaTurn(context, led);
  const report = (ended: TurnEnd, error?: string): TurnReport => ({
    ...{ session, epoch, ended, operations: turn.operations },
    ...(error === undefined ? {} : { error }),
  });
  try {
    const ended = await goOn(turn, interruption);
    return report(ended, ended === 'parked' ? turn.problem : undefined);
  } catch (error) {
    interruption.end();
    if (context.operator.signal.aborted) return report('lost');
    if (context.kill.aborted) return report(await handBack(context, led));
    const text = errorText(error);
    return report(await setAside(context, led, text), text);
  } finally {
    interruption.end();
  }
}

async function goOn(turn: SagaTurn, interruption: Interruption): Promise<TurnEnd> {
  const { context, led } = turn;
  for (;;) {
    if (!(await turn.catchUp())) return whatBecame(context.host, led);
    if (turn.original) return turnBack(turn, turn.original);
    const begun = turn.takeBegun();
    if (begun.length > 0) {
      await Promise.all(begun.map((act) => call(turn, act, interruption)));
      if (context.operator.signal.aborted) throw new Error('the lease was lost');
      continue;
    }
    const next = turn.advance();
    const { acts, move } = next;
    const [act] = acts;
    if (act && turn.script.kind(act.step, act.side) === 'request') {
      if (await decideStep(turn, act, next)) return 'removed';
      // That calls begin is known before they do.
    } else if (act) await turn.write();
    else {
      const ended = await turn.rest(move);
      if (ended) return ended;
    }
  }
}

/** What is to be undone has to end first: it is told to turn back, and looked at again in a while. */
async function turnBack({ context, led, saga: { createdAt } }: SagaTurn, { id, phase }: Saga): Promise<TurnEnd> {
  const { session, epoch } = led;
  if (phase === 'running') {
    const isLate = (error: unknown) => error instanceof TxlogError && error.code === 'SAGA_STATE';
    await intervene(context.host, id, { kind: 'compensate' }, { reason: `saga ${session} undoes it` }).catch(
      (error) => {
        if (!isLate(error)) throw error;
      },
    );
  }
  const waited = (context.host.now() - createdAt) / 1000;
  const seconds = Math.min(lookAgain.max, Math.max(lookAgain.min, waited * lookAgain.part));
  return insist(context, led, { op: 'store', session, epoch, seconds, interrupted: true, bytes: 0 });
}

/** A call that ended because its worker was told to stop: nobody knows what became of it, and it is no attempt. */
function stoppedEvent({ step, side }: Act, now: number): SagaEvent {
  const error = 'its worker was stopped';
  return { event: 'failed', step, side, error, happened: 'maybe', stopped: true, next: 'retry', due: now };
}

async function call(turn: SagaTurn, act: Act, interruption: Interruption): Promise<void> {
  const { step, side, attempt } = act;
  const action = present(turn.script.action(step, side), 'action');
  const time = new StepTime(interruption, turn.context.host.clock, action.timeout ?? stepDefaults.timeout);
  try {
    const outcome = await perform(action, stepContext(turn.saga, act, time), turn.context.host);
    // Who lost its lease may write nothing: it stays begun.
    if (!outcome.ok && turn.context.operator.signal.aborted) return;
    if (!outcome.ok && turn.context.kill.aborted) return turn.note(stoppedEvent(act, turn.context.host.now()));
    const { policy } = present(turn.script.side(step, side), 'side of a step');
    const { now, chance } = turn.moment(true);
    const event: SagaEvent = outcome.ok
      ? { event: 'did', step, side, result: outcome.result }
      : failure(step, side, policy, attempt, { ...outcome, error: errorText(outcome.error), now, chance });
    turn.note(event);
  } finally {
    time.end();
  }
}
