import type { TurnContext } from '../sessions/set-aside.ts';
import type { Led } from '../sessions/turn.ts';
import type { TurnReport } from '../sessions/turn-report.ts';

/** The turn of a process manager. */
export async function runProcess(_context: TurnContext, led: Led): Promise<TurnReport> {
  return { session: led.session, epoch: led.epoch, ended: 'lost', operations: 0 };
}
