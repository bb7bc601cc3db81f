import { present } from '../core/assert.ts';
import type { SagaEvent } from '../core/saga.ts';
import { stepDefaults } from '../core/saga-definition.ts';
import { type Act, failure } from '../core/saga-moves.ts';
import { Interruption } from '../sessions/interruption.ts';
import { handBack, isFinal, setAside, type TurnContext, whatBecame } from '../sessions/set-aside.ts';
import { errorText, type Led } from '../sessions/turn.ts';
import type { TurnReport } from '../sessions/turn-report.ts';
import type { TurnEnd } from '../sessions/work.ts';
import { perform } from './perform.ts';
import { decideStep } from './request-step.ts';
import { SagaTurn } from './saga-turn.ts';
import { stepContext } from './step-context.ts';

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
    if (isFinal(error)) throw error;
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
    const begun = turn.takeBegun();
    if (begun.length > 0) {
      await Promise.all(begun.map((act) => call(turn, act, interruption)));
      if (context.kill.aborted || context.operator.signal.aborted) throw new Error('its worker was stopped');
      continue;
    }
    const { acts, move } = turn.advance();
    const [act] = acts;
    if (act && turn.script.kind(act.step, act.side) === 'request') await decideStep(turn, act);
    // That calls begin is known before they do.
    else if (act) await turn.write();
    else {
      const ended = await turn.rest(move);
      if (ended) return ended;
    }
  }
}

async function call(turn: SagaTurn, act: Act, interruption: Interruption): Promise<void> {
  const { step, side, attempt } = act;
  const action = present(turn.script.action(step, side), 'action');
  const time = new AbortController();
  const seconds = action.timeout ?? stepDefaults.timeout;
  const late = new Error(`it took longer than ${seconds} s`);
  const cancel = turn.context.host.clock.after(seconds * 1000, () => time.abort(late), { keepsAlive: true });
  try {
    const context = stepContext(turn.saga, act, AbortSignal.any([interruption.signal, time.signal]));
    const outcome = await perform(action, context, turn.context.host);
    // Who was stopped knows nothing of what became of it: it stays begun.
    if (!outcome.ok && interruption.signal.aborted) return;
    const { policy } = present(turn.script.side(step, side), 'side of a step');
    const { now, chance } = turn.moment(true);
    const event: SagaEvent = outcome.ok
      ? { event: 'did', step, side, result: outcome.result }
      : failure(step, side, policy, attempt, { ...outcome, error: errorText(outcome.error), now, chance });
    turn.note(event);
  } finally {
    cancel();
  }
}
