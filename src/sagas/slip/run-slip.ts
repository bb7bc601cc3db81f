import { leadTurn } from '../../sessions/turn/frame.ts';
import type { Led } from '../../sessions/turn/led-session.ts';
import type { TurnContext } from '../../sessions/turn/turn-context.ts';
import type { TurnReport } from '../../sessions/turn/turn-report.ts';
import { readStop } from './slip-stop.ts';
import { SlipTurn } from './slip-turn.ts';

/**
 * The turn of a slip: this service does its step, notes what came of it, and passes the slip on, to the next service,
 * back home, or to the errors. A request to this engine, its note and the slip's way on are one record; a call is made
 * again under its key when its worker died, and tried as often as its policy says. A step that is undone before it came
 * is refused, and its undoing has nothing to do. What no attempt can take further is parked, before anything is done.
 */
export async function runSlip(context: TurnContext, led: Led): Promise<TurnReport> {
  return leadTurn(context, led, {
    work: async (turn) => {
      const told = await turn.read();
      if (!told) return turn.outcomeOfLead();
      const stop = readStop(context.host.app, told.data[0]);
      return typeof stop === 'string' ? turn.park(stop) : new SlipTurn(turn, stop).run();
    },
  });
}
