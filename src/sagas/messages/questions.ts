import { answerTheme, type Saga, type SagaEvent, sagaTheme } from '../../core/app/saga.ts';
import type { Act } from '../../core/app/saga-moves.ts';
import { TxlogError } from '../../core/base/errors.ts';
import type { NewSession } from '../../core/log/operation.ts';
import { type Message, sessionOfMessage } from '../../sessions/host/address.ts';
import type { SessionHost } from '../../sessions/host/session-host.ts';
import { addressOf, slipOf } from '../slip/make-slip.ts';
import type { SagaScript } from '../step/saga-script.ts';
import { stepContext, stepKeyOf, valueFor } from '../step/step-context.ts';

const neverAborted = new AbortController();

/** The session that carries a question of a step: its id is the key, so that it is asked once. Errors: REQUEST_INVALID. */
export function questionOf(
  host: SessionHost,
  { script, saga }: { readonly script: SagaScript; readonly saga: Saga },
  act: Act,
): NewSession {
  const message = messageOf(host, { script, saga }, act);
  const begun = saga.steps.get(act.step)?.[act.side].begun ?? 0;
  const action = script.action(act.step, act.side);
  // The same question again is another message, with the same key; but a saga of a step is one, and answers by its id.
  const isFirst = begun === 0 || (action !== undefined && 'saga' in action);
  const session = sessionOfMessage(isFirst ? message : { ...message, id: `${message.id}#${begun + 1}` });
  return action && 'saga' in action ? { ...session, ofSaga: true } : session;
}

function messageOf(
  host: SessionHost,
  { script, saga }: { readonly script: SagaScript; readonly saga: Saga },
  act: Act,
): Message {
  const action = script.action(act.step, act.side);
  const context = stepContext(saga, act, neverAborted);
  const { key: id } = context;
  if (script.kind(act.step, act.side) === 'slip') return slipOf(host.app, { script, saga }, { act, context });
  if (action && 'saga' in action) {
    const isUndoing = act.side === 'undo' && action === script.action(act.step, 'do');
    const data = isUndoing || action.data === undefined ? null : valueFor(action.data, context);
    // The other saga did what this one undoes.
    const undoes = isUndoing ? { undoes: stepKeyOf({ ...saga, id: context.saga }, act.step, 'do') } : {};
    const event: SagaEvent = { event: 'started', v: 1, type: action.saga, data, respond: answerTheme, ...undoes };
    return { id, to: sagaTheme(action.saga), data: event };
  }
  if (!action || !('ask' in action)) throw new TxlogError('REQUEST_INVALID', `step ${act.step} asks nothing`);
  // In one line, what undoes a step cannot come before it.
  const { to, data, order = saga.id, respond = answerTheme } = valueFor(action.ask, context);
  const question = { key: id, respond: addressOf(host.app, to, respond), data };
  return { id, to, data: question, order };
}
