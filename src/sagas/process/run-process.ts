import { processOfTheme } from '../../core/app/process-definition.ts';
import { present } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { type LedTurn, leadTurn } from '../../sessions/turn/frame.ts';
import { errorText, type Led } from '../../sessions/turn/led-session.ts';
import { isFinal, type TurnContext } from '../../sessions/turn/turn-context.ts';
import type { TurnReport } from '../../sessions/turn/turn-report.ts';
import { ProcessTurn, RuleError } from './process-turn.ts';

/**
 * One turn of a process manager: it goes on where its cursor stands, decides on each record that it selects, and sleeps
 * when it knows all that there is. Whatever dies in between, the next turn goes on behind what is written.
 *
 * A turn is short, and its session is stored in between like any other: so it takes no place of a worker while there is
 * nothing to hear, is drained, watched and mended as all sessions are, and an idle one writes nothing. What wakes it is
 * `ProcessPoller`: every worker that could lead it looks at new records as they come.
 */
export async function runProcess(context: TurnContext, led: Led): Promise<TurnReport> {
  const name = processOfTheme(led.theme) ?? '';
  const definition = present(context.host.app.processes?.[name], 'process that is led');
  const work = async (turn: LedTurn) => {
    const running = new ProcessTurn(turn, name, definition);
    const ended = await running.run();
    turn.reason = running.dropped;
    return ended;
  };
  return leadTurn(context, led, {
    work,
    failed: async (turn, error) => {
      // A bug is not the rules' failure: it ends the worker.
      if (!(error instanceof RuleError || error instanceof TxlogError) || isFinalOfEngine(error)) throw error;
      return turn.failTurn(errorText(error));
    },
  });
}

function isFinalOfEngine(error: Error): boolean {
  return error instanceof TxlogError && isFinal(error);
}
