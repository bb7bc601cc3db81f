import { present } from '../core/assert.ts';
import type { Settled } from '../core/operation.ts';
import type { Request } from '../core/request.ts';
import type { Saga, SagaEvent } from '../core/saga.ts';
import type { StepRequest } from '../core/saga-definition.ts';
import { type Act, failure } from '../core/saga-moves.ts';
import { errorText } from '../sessions/turn.ts';
import { isOfRequest, outcomeOf } from './perform.ts';
import { type Progress, progress } from './saga-progress.ts';
import type { SagaTurn } from './saga-turn.ts';
import { stepContext, valueFor } from './step-context.ts';

const neverAborted = new AbortController();

/**
 * A step that is a request to this engine: its record holds what is not written yet of what is `known`, what it changes,
 * what it came to for the saga, and the beginning of what comes next. All of it or none.
 */
export async function decideStep(turn: SagaTurn, act: Act, known: Progress): Promise<void> {
  const request = requestOf(turn, known.saga, act);
  if (!('bytes' in request)) return turn.note(request);
  const moment = turn.moment();
  const { session, epoch } = turn.led;
  let written: Progress | undefined;
  // What the record says is decided by its outcome. The engine may ask again: what it asked for last is what it wrote.
  const operations = (outcome: Settled) => {
    const more = progress(known.saga, [eventOf(turn, act, outcome)], moment);
    written = { ...more, events: [...known.events, ...more.events] };
    return [turn.appending(written.events, more.saga.phase), ...more.messages];
  };
  const { seen } = turn;
  const [answer] = await turn.process([{ ...request, completes: { session, epoch, seen, operations } }]);
  if (answer && 'error' in answer && isOfRequest(answer.error)) return turn.note(refused(turn, act, answer.error));
  turn.accept(answer, answer && 'receipt' in answer ? written : undefined);
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
  const outcome = outcomeOf(settled);
  const { step, side } = act;
  return outcome.ok
    ? { event: 'did', step, side, result: outcome.result }
    : failed(turn, act, errorText(outcome.error));
}

function failed(turn: SagaTurn, { step, side, attempt }: Act, error: string): SagaEvent {
  const { policy } = present(turn.script.side(step, side), 'side of a step');
  const { now, chance } = turn.moment();
  return failure(step, side, policy, attempt, { error, permanent: true, happened: 'no', now, chance });
}
