import type { Saga, SagaEvent } from '../../core/app/saga.ts';
import { failure } from '../../core/app/saga-moves.ts';
import type { SessionHost } from '../../sessions/host/session-host.ts';
import type { LoadedSaga } from '../read/load-saga.ts';
import { scriptOf } from '../step/saga-script.ts';
import type { ProcessCommand } from './checked-decision.ts';

/** The effect of a command on a saga as it is now: an event, or why it means nothing any more. */
export type Meaning = { readonly event: SagaEvent } | { readonly dropped: string };

/** Errors: an Error when the app does not define the saga. */
export function meaningOf(host: SessionHost, found: LoadedSaga | undefined, command: ProcessCommand): Meaning {
  if (!found) return { dropped: `there is no saga ${command.saga}` };
  const { saga, session } = found;
  if (!session) return { dropped: `saga ${saga.id} has ended` };
  if (command.do !== 'compensate') return answer(host, saga, command);
  if (saga.phase !== 'running') return { dropped: `saga ${saga.id} is on its way back already` };
  return { event: { event: 'compensate', why: command.reason } };
}

/** A rule completes or fails a step as an answer would, even before the step has asked. */
function answer(
  host: SessionHost,
  saga: Saga,
  command: Exclude<ProcessCommand, { readonly do: 'compensate' }>,
): Meaning {
  const script = scriptOf(host.app, saga);
  if (!script) throw new Error(`the app defines no saga of type ${saga.type}`);
  const { step, side = 'do' } = command;
  const planned = script.step(step) && script.side(step, side);
  const name = `step ${step}${side === 'undo' ? '/undo' : ''} of saga ${saga.id}`;
  if (!planned?.isAsked) return { dropped: `${name} waits for no answer` };
  const { status, attempts } = saga.steps.get(step)?.[side] ?? { status: 'waiting' as const, attempts: 0 };
  const isOver = status === 'done' || status === 'skipped' || (status === 'failed' && command.do === 'fail');
  if (isOver) return { dropped: `${name} is ${status} already` };
  // Nobody knows yet whether there will be anything to undo; or a person sees to it.
  if (side === 'undo' && status !== 'begun' && status !== 'retrying') return { dropped: `${name} is not asked for` };
  if (command.do === 'complete') return { event: { event: 'did', step, side, result: command.result ?? null } };
  const why = { error: command.error, permanent: true, happened: 'no', now: host.now(), chance: 0 } as const;
  return { event: failure({ step, side, attempt: attempts }, planned.policy, why) };
}
