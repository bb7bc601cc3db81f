import { parcelOfSession, serviceOfTheme } from '../../core/app/parcel.ts';
import type { Parcel } from '../../core/app/service-definition.ts';
import { TxlogError } from '../../core/base/errors.ts';
import type { JsonValue } from '../../core/base/json.ts';
import { limits } from '../../core/base/limits.ts';
import { sessionIn, sessionKey } from '../../core/fold/session.ts';
import type { Links } from '../../core/log/links.ts';
import { backoffSeconds } from '../../sessions/host/policy.ts';
import { type LedTurn, leadTurn } from '../../sessions/turn/frame.ts';
import { errorText, type Led } from '../../sessions/turn/led-session.ts';
import type { TurnContext } from '../../sessions/turn/turn-context.ts';
import type { TurnReport } from '../../sessions/turn/turn-report.ts';
import type { TurnEnd } from '../../sessions/turn/work-events.ts';

/**
 * The turn of a message for another service: it is put into its queue there, durably, and then removed here. Whatever
 * dies in between, it is sent again, and there it is the same session. While the service cannot be reached it waits,
 * for ever if need be; what can never be taken is parked. Meanwhile others of its order key wait behind it.
 */
export async function runDelivery(context: TurnContext, led: Led): Promise<TurnReport> {
  return leadTurn(context, led, {
    work: async (turn) => {
      const told = await turn.read();
      if (!told) return turn.outcomeOfLead();
      const session = await context.reads.read((cut) => sessionIn(cut.state(sessionKey(led.session))));
      const sending = send(context, serviceOfTheme(led.theme) ?? '', { data: told.data[0], links: session ?? {} });
      // An interrupted turn does not wait for it, and it may fail later.
      sending.catch(() => undefined);
      const problem = await turn.interruption.or(sending, new Promise<never>(() => {}));
      return problem === undefined ? turn.end({ op: 'remove' }) : turn.park(problem);
    },
    failed: tryAgain,
  });
}

/** A message is never given up: it waits, and no number of attempts parks it. */
function tryAgain(turn: LedTurn, failure: unknown): Promise<TurnEnd> {
  const { policy, host } = turn.context;
  const seconds = Math.min(limits.deliveryPauseSecondsMax, backoffSeconds(policy, turn.led.attempts, host.random()));
  const error = errorText(failure);
  turn.error = error;
  return turn.end({ op: 'store', seconds, error });
}

interface Sent {
  readonly data: JsonValue | Uint8Array | undefined;
  readonly links: Links;
}

async function send({ host }: TurnContext, service: string, { data, links }: Sent): Promise<string | undefined> {
  const parcel = parcelIn(data, links);
  if (!parcel) return 'it is no message for another service';
  const [problem] = await host.services.deliver(service, [parcel]);
  return problem && errorText(problem);
}

function parcelIn(data: Sent['data'], links: Links): Parcel | undefined {
  try {
    return parcelOfSession(data, links);
  } catch (error) {
    if (error instanceof TxlogError && error.code === 'REQUEST_INVALID') return undefined;
    throw error;
  }
}
