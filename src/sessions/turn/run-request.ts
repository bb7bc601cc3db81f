import { TxlogError } from '../../core/base/errors.ts';
import { isJsonObject } from '../../core/base/json.ts';
import type { Request } from '../../core/log/request.ts';
import { completion } from './completion.ts';
import { type LedTurn, leadTurn } from './frame.ts';
import { errorText, type Led } from './led-session.ts';
import type { TurnContext } from './turn-context.ts';
import type { TurnReport } from './turn-report.ts';
import type { TurnEnd } from './work-events.ts';

/**
 * The turn of a request that waits in its queue. The decision, its states, the end of the session and the response are
 * one record: whatever dies, the request is processed once. One that cannot be decided, because its id was used for
 * another or its type's schema changed, is parked with its error. One whose type this app does not know is set aside:
 * another worker's app may know it.
 */
export async function runRequest(context: TurnContext, led: Led): Promise<TurnReport> {
  return leadTurn(context, led, {
    work: async (turn) => {
      const decided = await decideQueued(turn);
      if (!(decided instanceof TxlogError)) return decided;
      const text = errorText(decided);
      return decided.code === 'TYPE_UNKNOWN' ? turn.failTurn(text) : turn.park(text);
    },
  });
}

/** How the turn ended, or what is wrong with the request. Errors: those of the storage. */
async function decideQueued(turn: LedTurn): Promise<TurnEnd | TxlogError> {
  const { context } = turn;
  try {
    const request = await requestOf(turn);
    if (request instanceof TxlogError) return request;
    if (!request) return await turn.outcomeOfLead();
    const [answer] = await context.host.process([request]);
    context.confirmed();
    if (answer && answer.type === 'refusal') return await turn.outcomeOfLead();
    return answer && answer.type === 'error' ? answer.error : 'removed';
  } catch (error) {
    context.confirmed(error as Error);
    throw error;
  }
}

/** The request in a session's data; what is wrong with it; undefined when the session is not led by us any more. */
async function requestOf(turn: LedTurn): Promise<Request | TxlogError | undefined> {
  const { host } = turn.context;
  const told = await turn.read();
  if (!told) return undefined;
  const [data] = told.data;
  if (!isJsonObject(data)) return new TxlogError('REQUEST_INVALID', 'the session holds no request');
  const { respond, ...input } = data;
  try {
    return {
      ...host.check(input),
      completes: completion(turn.led, respond === undefined ? undefined : String(respond)),
    };
  } catch (error) {
    if (error instanceof TxlogError) return error;
    throw error;
  }
}
