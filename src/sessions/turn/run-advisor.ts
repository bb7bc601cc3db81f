import type { Turn } from '../../core/app/theme.ts';
import type { Clock } from '../../ports/clock.ts';
import { completion } from './completion.ts';
import { Interrupted, Interruption } from './interruption.ts';
import { type CheckedAdvice, checkAdvice, errorText, type Led, operationOf, tell } from './led-session.ts';
import type { TurnReport } from './report.ts';
import { endOf, handBack, insist, setAside, type TurnContext, whatBecame } from './turn.ts';

type Advisor = (turn: Turn) => unknown;

/**
 * One turn of a session that is led: asks the advisor, does what it answers, asks again, until its answer ends the
 * turn. Whatever fails in between, the session is stored with a back-off, or parked when it has failed too often. A
 * turn that is stopped from outside has not failed: its session goes on as if it had not been led.
 */
export async function runTurn(context: TurnContext, led: Led, advisor: Advisor): Promise<TurnReport> {
  const interruption = new Interruption(context.operator.signal, context.kill);
  const progress: Going['progress'] = { operations: 0 };
  const report = (ended: TurnReport['ended'], error?: string): TurnReport => ({
    ...{ session: led.session, epoch: led.epoch, ended, ...progress },
    ...(error === undefined ? {} : { error }),
  });
  try {
    return report(await goOn(context, led, advisor, { interruption, progress }));
  } catch (error) {
    if (error instanceof Interrupted && error.why === 'lost') return report('lost');
    // Before another may lead it: an advisor that is still at it is told.
    interruption.end();
    const text = errorText(error);
    if (error instanceof Interrupted) {
      progress.reason = text;
      return report(await handBack(context, led));
    }
    return report(await setAside(context, led, text), text);
  } finally {
    interruption.end();
  }
}

interface Going {
  readonly interruption: Interruption;
  readonly progress: { operations: number; reason?: string };
}

async function goOn(context: TurnContext, led: Led, advisor: Advisor, { interruption, progress }: Going) {
  const { host, reads, policy, drain } = context;
  const wait = (answer: Promise<unknown>) =>
    within(host.clock, policy.timeout, (limit) => interruption.or(answer, limit));
  for (let step = 0; ; step++) {
    const turn = await tell(reads, led, step, interruption);
    if (!turn) return whatBecame(host, led);
    const answer = advisor(turn);
    const advice = checkAdvice(isPromise(answer) ? await wait(answer) : answer);
    if (advice.op === 'request') return complete(context, led, advice, progress);
    const operation = operationOf(led, advice);
    const result = await confirm(context, operation);
    if (!result.ok) return whatBecame(host, led);
    progress.operations += 1;
    if (operation.op === 'park') progress.reason = operation.error;
    const ended = endOf(operation);
    if (ended !== undefined) return ended;
    // The rest of the turn is for another worker, at once.
    if (drain.aborted) {
      const { session, epoch } = led;
      return insist(context, led, { op: 'store', session, epoch, seconds: 0, bytes: 0 });
    }
  }
}

/** Decides the request of an advice, and ends the session with it. Errors: those of the request. */
async function complete(
  context: TurnContext,
  led: Led,
  { request, respond }: CheckedAdvice,
  progress: Going['progress'],
): Promise<TurnReport['ended']> {
  const { host } = context;
  const completes = completion(led, respond === undefined ? undefined : String(respond));
  const [answer] = await host.process([{ ...host.check(request), completes }]);
  if (answer && answer.type === 'error') throw answer.error;
  context.confirmed();
  if (answer && answer.type === 'refusal') return whatBecame(host, led);
  progress.operations += 1;
  return 'removed';
}

async function confirm(context: TurnContext, operation: ReturnType<typeof operationOf>) {
  try {
    const result = await context.operate(operation);
    context.confirmed();
    return result;
  } catch (error) {
    context.confirmed(error as Error);
    throw error;
  }
}

/** Whether an advisor takes its time. One that answers at once needs no limit. */
function isPromise(answer: unknown): answer is Promise<unknown> {
  return typeof (answer as Promise<unknown> | undefined)?.then === 'function';
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
