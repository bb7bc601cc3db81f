import { isJsonObject } from '../core/json.ts';
import type { Parcel } from '../core/service-definition.ts';
import { serviceOfTheme } from '../sessions/address.ts';
import { insist, setAside, type TurnContext, whatBecame } from '../sessions/set-aside.ts';
import { errorText, type Led, tell } from '../sessions/turn.ts';
import type { TurnReport } from '../sessions/turn-report.ts';

/**
 * The turn of a message for another service: it is put into its queue there, durably, and then removed here. Whatever
 * dies in between, it is sent again, and there it is the same session. What can never be taken is parked.
 */
export async function runDelivery(context: TurnContext, led: Led): Promise<TurnReport> {
  const { session, epoch, theme } = led;
  const report = (ended: TurnReport['ended'], error?: string): TurnReport => ({
    ...{ session, epoch, ended, operations: ended === 'removed' ? 1 : 0 },
    ...(error === undefined ? {} : { error }),
  });
  try {
    const turn = await tell(context.reads, led, 0, context.operator);
    if (!turn) return report(await whatBecame(context.host, led));
    const problem = await send(context, serviceOfTheme(theme) ?? '', turn.data[0]);
    if (problem === undefined) return report(await insist(context, led, { op: 'remove', session, epoch, bytes: 0 }));
    return report(await insist(context, led, { op: 'park', session, epoch, error: problem, bytes: 0 }), problem);
  } catch (error) {
    const text = errorText(error);
    return report(await setAside(context, led, text), text);
  }
}

async function send({ host }: TurnContext, service: string, data: unknown): Promise<string | undefined> {
  if (!isParcel(data)) return 'it is no message for another service';
  const [problem] = await host.services.deliver(service, [data]);
  return problem && errorText(problem);
}

function isParcel(data: unknown): data is Parcel {
  return isJsonObject(data) && typeof data.id === 'string' && typeof data.queue === 'string' && 'data' in data;
}
