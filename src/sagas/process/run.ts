import { processOfTheme } from '../../core/app/process-definition.ts';
import { present } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { errorText, type Led } from '../../sessions/turn/led-session.ts';
import type { TurnReport } from '../../sessions/turn/report.ts';
import { handBack, isFinal, setAside, type TurnContext } from '../../sessions/turn/turn.ts';
import type { TurnEnd } from '../../sessions/turn/work-events.ts';
import { ProcessTurn, RuleError } from './turn.ts';

/**
 * One turn of a process manager: it goes on where its cursor stands, decides on each record that it hears, and sleeps
 * when it knows all that there is. Whatever dies in between, the next turn goes on behind what is written.
 *
 * A turn is short, and its session is stored in between like any other: so it takes no place of a worker while there is
 * nothing to hear, is drained, watched and mended as all sessions are, and an idle one writes nothing. What wakes it is
 * `ProcessLookout`: every worker that could lead it looks at new records as they come.
 */
export async function runProcess(context: TurnContext, led: Led): Promise<TurnReport> {
  const { host, kill, operator } = context;
  const name = processOfTheme(led.theme) ?? '';
  const turn = new ProcessTurn(context, led, name, present(host.app.processes?.[name], 'process that is led'));
  const report = (ended: TurnEnd, more: { readonly error?: string; readonly reason?: string } = {}): TurnReport => ({
    ...{ session: led.session, epoch: led.epoch, ended, operations: turn.operations, ...more },
  });
  try {
    const ended = await turn.run();
    const { dropped } = turn;
    return report(ended, dropped === undefined ? {} : { reason: dropped });
  } catch (error) {
    if (operator.signal.aborted) return report('lost');
    if (kill.aborted) return report(await handBack(context, led));
    if (!(error instanceof RuleError || error instanceof TxlogError) || isFinalOfEngine(error)) throw error;
    const text = errorText(error);
    return report(await setAside(context, led, text), { error: text });
  }
}

function isFinalOfEngine(error: Error): boolean {
  return error instanceof TxlogError && isFinal(error);
}
