import { serviceOfTheme } from '../../core/app/parcel.ts';
import type { Parcel } from '../../core/app/service-definition.ts';
import { isJsonObject } from '../../core/base/json.ts';
import { backoffSeconds } from '../../sessions/host/policy.ts';
import { Interruption } from '../../sessions/turn/interruption.ts';
import { errorText, type Led, tell } from '../../sessions/turn/led-session.ts';
import type { TurnReport } from '../../sessions/turn/report.ts';
import { handBack, insist, type TurnContext, whatBecame } from '../../sessions/turn/turn.ts';

/** A service that was away for long is found again soon. Seconds. */
const pauseSecondsMax = 30;

/**
 * The turn of a message for another service: it is put into its queue there, durably, and then removed here. Whatever
 * dies in between, it is sent again, and there it is the same session. While the service cannot be reached it waits,
 * for ever if need be; what can never be taken is parked. Meanwhile others of its order key wait behind it.
 */
export async function runDelivery(context: TurnContext, led: Led): Promise<TurnReport> {
  const { session, epoch, theme } = led;
  const interruption = new Interruption(context.operator.signal, context.kill);
  const report = (ended: TurnReport['ended'], error?: string): TurnReport => ({
    ...{ session, epoch, ended, operations: ended === 'removed' ? 1 : 0 },
    ...(error === undefined ? {} : { error }),
  });
  try {
    const turn = await tell(context.reads, led, 0, context.operator);
    if (!turn) return report(await whatBecame(context.host, led));
    const sending = send(context, serviceOfTheme(theme) ?? '', turn.data[0]);
    // Who is interrupted does not wait for it, and it may fail later.
    sending.catch(() => undefined);
    const problem = await interruption.or(sending, new Promise<never>(() => {}));
    if (problem === undefined) return report(await insist(context, led, { op: 'remove', session, epoch, bytes: 0 }));
    return report(await insist(context, led, { op: 'park', session, epoch, error: problem, bytes: 0 }), problem);
  } catch (error) {
    if (context.operator.signal.aborted) return report('lost');
    if (context.kill.aborted) return report(await handBack(context, led));
    const text = errorText(error);
    const { policy, host } = context;
    const seconds = Math.min(pauseSecondsMax, backoffSeconds(policy, led.attempts, host.random()));
    return report(await insist(context, led, { op: 'store', session, epoch, seconds, error: text, bytes: 0 }), text);
  } finally {
    interruption.end();
  }
}

async function send({ host }: TurnContext, service: string, data: unknown): Promise<string | undefined> {
  if (!isParcel(data)) return 'it is no message for another service';
  const [problem] = await host.services.deliver(service, [data]);
  return problem && errorText(problem);
}

/** Whether the data of a session are a message for another service. */
function isParcel(data: unknown): data is Parcel {
  return isJsonObject(data) && typeof data.id === 'string' && typeof data.queue === 'string' && 'data' in data;
}
