import type { Saga, SagaEvent, SagaOutcome } from '../../core/app/saga.ts';
import type { StepRequest } from '../../core/app/saga-definition.ts';
import { type Act, failure } from '../../core/app/saga-moves.ts';
import { present } from '../../core/base/assert.ts';
import type { Settled } from '../../core/log/operation.ts';
import type { Request } from '../../core/log/request.ts';
import { errorText } from '../../sessions/turn/led-session.ts';
import { isOfRequest, stepOutcomeOf } from '../step/call-step.ts';
import { stepContext, valueFor } from '../step/step-context.ts';
import { endOfSaga } from './end-saga.ts';
import { progress, type SagaProgress, type StepMoment } from './saga-progress.ts';
import type { SagaTurn } from './saga-turn.ts';

const neverAborted = new AbortController();

/**
 * A step that is a request to this engine: its record holds what is not written yet of what is `known`, what it changes,
 * what it came to for the saga, and the beginning of what comes next. All of it or none. The end of the saga is decided
 * with its last step; true when that was it.
 */
export async function decideStep(turn: SagaTurn, act: Act, known: SagaProgress): Promise<boolean> {
  const request = requestOf(turn, known.saga, act);
  if (!('bytes' in request)) {
    turn.note(request);
    return false;
  }
  const moment = turn.moment();
  const { session, epoch } = turn.led;
  let written: SagaProgress | undefined;
  // The outcome decides what the record says. The engine may ask again: its last question is what it wrote.
  const operations = (outcome: Settled) => {
    const more = progress(known.saga, [eventOf(turn, act, outcome)], moment);
    written = { ...more, events: [...known.events, ...more.events] };
    return [turn.appending(written.events, more.saga.phase), ...more.messages];
  };
  const { seen } = turn;
  const step = { ...request, completes: { session, epoch, seen, operations } };
  const outcome = known.acts.length === 1 ? endAfter(known.saga, act, moment) : undefined;
  const ended = () => written?.saga ?? known.saga;
  const end =
    outcome && endOfSaga(turn.led, { saga: known.saga, outcome }, { seen: seen + 1, after: request.id, ended });
  const [answer, ending] = await turn.process(end ? [step, end] : [step]);
  if (answer && answer.type === 'error' && isOfRequest(answer.error)) turn.note(refused(turn, act, answer.error));
  else turn.accept(answer, answer && answer.type === 'receipt' ? written : undefined);
  return ending !== undefined && ending.type === 'receipt';
}

/** How the saga ends when this step is done, if it does. */
function endAfter(saga: Saga, { step, side }: Act, moment: StepMoment): SagaOutcome | undefined {
  const { move } = progress(saga, [{ event: 'did', step, side, result: null }], moment);
  return move.move === 'end' ? move.outcome : undefined;
}

function requestOf(turn: SagaTurn, saga: Saga, act: Act): Request | SagaEvent {
  const action = turn.script.action(act.step, act.side) as { readonly request: StepRequest };
  try {
    const context = stepContext(saga, act, neverAborted);
    return turn.context.host.check({ ...valueFor(action.request, context), id: context.key });
  } catch (error) {
    return refused(turn, act, error as Error);
  }
}

function refused(turn: SagaTurn, act: Act, error: Error): SagaEvent {
  return failed(turn, act, errorText(error));
}

function eventOf(turn: SagaTurn, act: Act, settled: Settled): SagaEvent {
  const outcome = stepOutcomeOf(settled);
  const { step, side } = act;
  return outcome.ok
    ? { event: 'did', step, side, result: outcome.result }
    : failed(turn, act, errorText(outcome.error));
}

function failed(turn: SagaTurn, { step, side, attempt }: Act, error: string): SagaEvent {
  const { policy } = present(turn.script.side(step, side), 'side of a step');
  const { now, chance } = turn.moment();
  return failure({ step, side, attempt }, policy, { error, permanent: true, happened: 'no', now, chance });
}
