import { TxlogError } from '../../core/base/errors.ts';
import { isJsonObject } from '../../core/base/json.ts';
import type { Request } from '../../core/log/request.ts';
import type { TaskAnswer } from '../../pipeline/2-batch.ts';
import { completion } from './completion.ts';
import { errorText, type Led, tell } from './led-session.ts';
import type { TurnReport } from './report.ts';
import { insist, setAside, type TurnContext, whatBecame } from './turn.ts';
import type { TurnEnd } from './work-events.ts';

/**
 * The turn of a request that waits in its queue. The decision, its states, the end of the session and the response are
 * one record: whatever dies, the request is processed once. One that cannot be decided, because its id was used for
 * another or its type's schema changed, is parked with its error. One whose type this app does not know is set aside:
 * another worker's app may know it.
 */
export async function runRequest(context: TurnContext, led: Led): Promise<TurnReport> {
  const report = (ended: TurnEnd, error?: string): TurnReport => ({
    ...{ session: led.session, epoch: led.epoch, ended, operations: ended === 'removed' ? 1 : 0 },
    ...(error === undefined ? {} : { error }),
  });
  const refuse = async (error: TxlogError) => {
    const { session, epoch } = led;
    const text = errorText(error);
    if (error.code === 'TYPE_UNKNOWN') return report(await setAside(context, led, text), text);
    return report(await insist(context, led, { op: 'park', session, epoch, error: text, bytes: 0 }), text);
  };
  let answer: TaskAnswer | undefined;
  try {
    const request = await requestOf(context, led);
    if (request instanceof TxlogError) return await refuse(request);
    if (!request) return report(await whatBecame(context.host, led));
    [answer] = await context.host.process([request]);
    context.confirmed();
    if (answer && answer.type === 'refusal') return report(await whatBecame(context.host, led));
  } catch (error) {
    context.confirmed(error as Error);
    const text = errorText(error);
    return report(await setAside(context, led, text), text);
  }
  if (answer && answer.type === 'error') return refuse(answer.error);
  return report('removed');
}

/** The request in a session's data; what is wrong with it; undefined when the session is not led by us any more. */
async function requestOf({ host, reads, operator }: TurnContext, led: Led): Promise<Request | TxlogError | undefined> {
  const turn = await tell(reads, led, 0, operator);
  if (!turn) return undefined;
  const [data] = turn.data;
  if (!isJsonObject(data)) return new TxlogError('REQUEST_INVALID', 'the session holds no request');
  const { respond, ...input } = data;
  try {
    return { ...host.check(input), completes: completion(led, respond === undefined ? undefined : String(respond)) };
  } catch (error) {
    if (error instanceof TxlogError) return error;
    throw error;
  }
}
