import { Interruption } from '../../sessions/turn/interruption.ts';
import { errorText, type Led, tell } from '../../sessions/turn/led-session.ts';
import type { TurnReport } from '../../sessions/turn/report.ts';
import { handBack, insist, setAside, type TurnContext, whatBecame } from '../../sessions/turn/turn.ts';
import { readStop } from './stop.ts';
import { SlipTurn } from './turn.ts';

/**
 * The turn of a slip: this service does its step, notes what came of it, and passes the slip on, to the next service,
 * back home, or to the errors. A request to this engine, its note and the slip's way on are one record; a call is made
 * again under its key when its worker died, and tried as often as its policy says. A step that is undone before it came
 * is refused, and its undoing has nothing to do. What no attempt can take further is parked, before anything is done.
 */
export async function runSlip(context: TurnContext, led: Led): Promise<TurnReport> {
  const { session, epoch } = led;
  const interruption = new Interruption(context.operator.signal, context.kill);
  const report = (ended: TurnReport['ended'], error?: string): TurnReport => ({
    ...{ session, epoch, ended, operations: ended === 'removed' ? 1 : 0 },
    ...(error === undefined ? {} : { error }),
  });
  try {
    const turn = await tell(context.reads, led, 0, context.operator);
    if (!turn) return report(await whatBecame(context.host, led));
    const stop = readStop(context.host.app, turn.data[0]);
    if (typeof stop === 'string')
      return report(await insist(context, led, { op: 'park', session, epoch, error: stop, bytes: 0 }), stop);
    const turnOfSlip = new SlipTurn(context, led, stop, interruption);
    return report(await turnOfSlip.run(), turnOfSlip.error);
  } catch (error) {
    interruption.end();
    if (context.operator.signal.aborted) return report('lost');
    if (context.kill.aborted) return report(await handBack(context, led));
    const text = errorText(error);
    return report(await setAside(context, led, text), text);
  } finally {
    interruption.end();
  }
}
