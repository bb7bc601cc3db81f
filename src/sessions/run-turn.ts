import type { Turn } from '../core/theme.ts';
import type { Clock } from '../ports/clock.ts';
import { Interrupted, Interruption } from './interruption.ts';
import { endOf, insist, setAside, type TurnContext, whatBecame } from './set-aside.ts';
import { errorText, type Led, operationOf, tell } from './turn.ts';
import type { TurnReport } from './turn-report.ts';

type Advisor = (turn: Turn) => unknown;

/**
 * One turn of a session that is led: asks the advisor, does what it answers, asks again, until its answer ends the
 * turn. Whatever fails in between, the session is stored with a back-off, or parked when it has failed too often.
 */
export async function runTurn(context: TurnContext, led: Led, advisor: Advisor): Promise<TurnReport> {
  const interruption = new Interruption(context.operator.signal, context.kill);
  const progress = { operations: 0 };
  const report = (ended: TurnReport['ended'], error?: string): TurnReport => ({
    ...{ session: led.session, epoch: led.epoch, ended, operations: progress.operations },
    ...(error === undefined ? {} : { error }),
  });
  try {
    return report(await goOn(context, led, advisor, { interruption, progress }));
  } catch (error) {
    if (error instanceof Interrupted && error.why === 'lost') return report('lost');
    // Before another may lead it: an advisor that is still at it is told.
    interruption.end();
    const text = errorText(error);
    return report(await setAside(context, led, text), text);
  } finally {
    interruption.end();
  }
}

interface Going {
  readonly interruption: Interruption;
  readonly progress: { operations: number };
}

async function goOn(context: TurnContext, led: Led, advisor: Advisor, { interruption, progress }: Going) {
  const { host, policy, drain } = context;
  for (let step = 0; ; step++) {
    const turn = await tell(host, led, step, interruption.signal);
    if (!turn) return whatBecame(host, led);
    const answer = await within(host.clock, policy.timeout, (limit) => interruption.or(ask(advisor, turn), limit));
    const operation = operationOf(led, answer);
    const [result] = await confirm(context, operation);
    if (!result?.ok) return whatBecame(host, led);
    progress.operations += 1;
    const ended = endOf(operation);
    if (ended !== undefined) return ended;
    // The rest of the turn is for another worker, at once.
    if (drain.aborted) {
      const { session, epoch } = led;
      return insist(context, led, { op: 'store', session, epoch, seconds: 0, bytes: 0 });
    }
  }
}

async function confirm(context: TurnContext, operation: ReturnType<typeof operationOf>) {
  try {
    const results = await context.host.operate([operation]);
    context.confirmed();
    return results;
  } catch (error) {
    context.confirmed(error as Error);
    throw error;
  }
}

/** Users' code: what it throws at once is as what it rejects with later. */
async function ask(advisor: Advisor, turn: Turn): Promise<unknown> {
  return advisor(turn);
}

/** Gives `work` so many seconds. */
async function within<T>(clock: Clock, seconds: number, work: (limit: Promise<never>) => Promise<T>): Promise<T> {
  let cancel = () => {};
  const limit = new Promise<never>((_, reject) => {
    cancel = clock.after(seconds * 1000, () => reject(new Error(`the advisor took longer than ${seconds} s`)), {
      keepsAlive: true,
    });
  });
  try {
    return await work(limit);
  } finally {
    cancel();
  }
}
