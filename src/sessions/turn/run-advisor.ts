import type { Turn } from '../../core/app/theme.ts';
import type { Clock } from '../../ports/clock.ts';
import { completion } from './completion.ts';
import { confirming, type LedTurn, leadTurn } from './frame.ts';
import { type CheckedAdvice, checkAdvice, type Led, operationOf } from './led-session.ts';
import { endOf, type TurnContext } from './turn-context.ts';
import type { TurnReport } from './turn-report.ts';
import type { TurnEnd } from './work-events.ts';

type Advisor = (turn: Turn) => unknown;

/**
 * One turn of a session that is led: asks the advisor, does what it answers, asks again, until its answer ends the
 * turn. Whatever fails in between, the session is stored with a back-off, or parked when it has failed too often. A
 * turn that is stopped from outside has not failed: its session goes on as if it had not been led.
 */
export async function runTurn(context: TurnContext, led: Led, advisor: Advisor): Promise<TurnReport> {
  return leadTurn(context, led, {
    work: async (turn) => {
      turn.operations = 0;
      return goOn(turn, advisor);
    },
  });
}

async function goOn(turn: LedTurn, advisor: Advisor): Promise<TurnEnd> {
  const { context, led, interruption } = turn;
  const { host, policy, drain } = context;
  const wait = (answer: Promise<unknown>) =>
    within(host.clock, policy.timeout, (limit) => interruption.or(answer, limit));
  for (let step = 0; ; step++) {
    const told = await turn.read(step);
    if (!told) return turn.outcomeOfLead();
    const answer = advisor(told);
    const advice = checkAdvice(isPromise(answer) ? await wait(answer) : answer);
    if (advice.op === 'request') return complete(turn, advice);
    const operation = operationOf(led, advice);
    const result = await confirming(context, () => context.operate(operation));
    if (!result.ok) return turn.outcomeOfLead();
    turn.did();
    if (operation.op === 'park') turn.reason = operation.error;
    const ended = endOf(operation);
    if (ended !== undefined) return ended;
    // The rest of the turn is for another worker, at once.
    if (drain.aborted) return turn.end({ op: 'store', seconds: 0 });
  }
}

/** Decides the request of an advice, and ends the session with it. Errors: those of the request. */
async function complete(turn: LedTurn, { request, respond }: CheckedAdvice): Promise<TurnEnd> {
  const { context, led } = turn;
  const { host } = context;
  const completes = completion(led, respond === undefined ? undefined : String(respond));
  const [answer] = await host.process([{ ...host.check(request), completes }]);
  if (answer && answer.type === 'error') throw answer.error;
  context.confirmed();
  if (answer && answer.type === 'refusal') return turn.outcomeOfLead();
  turn.did();
  return 'removed';
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
