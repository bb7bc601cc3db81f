import { retryMsAfter } from '../../core/base/back-off.ts';
import { isFinalCode } from '../../core/base/error-codes.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { sessionIn, sessionKey } from '../../core/fold/session.ts';
import type { Operation, OperationResult } from '../../core/log/operation.ts';
import type { ViewReader } from '../../view/reader.ts';
import { backoffSeconds, type FullPolicy } from '../host/policy.ts';
import type { SessionHost } from '../host/session-host.ts';
import type { LeaseHolder } from './lease-holder.ts';
import type { Led } from './led-session.ts';
import type { TurnEnd } from './work-events.ts';

/** The parts that a turn works with. */
export interface TurnContext {
  readonly host: SessionHost;
  readonly operator: LeaseHolder;
  readonly policy: FullPolicy;
  /** Reads, and carries out operations, for the turns of one worker. */
  readonly reads: ViewReader;
  operate(operation: Operation): Promise<OperationResult>;
  /** Aborts when turns are to end where they are; their sessions are stored. */
  readonly kill: AbortSignal;
  /** Aborts when turns are to end after the answer that is awaited. */
  readonly drain: AbortSignal;
  /** Hears of what could not be confirmed, and of what could. */
  confirmed(error?: Error): void;
}

/** Stores a session whose turn failed, for later; or parks it when it has failed too often. */
export function failTurn(context: TurnContext, led: Led, error: string): Promise<TurnEnd> {
  const { policy, host } = context;
  const seconds = backoffSeconds(policy, led.attempts, host.random());
  const step = { session: led.session, epoch: led.epoch, error };
  const isPoison = led.attempts >= policy.attempts;
  return endTurn(context, led, isPoison ? { op: 'park', ...step } : { op: 'store', ...step, seconds });
}

/** Stores a session whose turn was stopped from outside: for another worker, at once, and without an attempt lost. */
export function requeue(context: TurnContext, led: Led): Promise<TurnEnd> {
  const { session, epoch } = led;
  return endTurn(context, led, { op: 'store', session, epoch, seconds: 0, interrupted: true });
}

/**
 * Ends a turn by an operation, and tries again until it is confirmed: an operator leaves no live session behind. Only
 * the loss of its lease ends that, or an engine that takes no more work: then the janitor finds the session.
 */
export async function endTurn(context: TurnContext, led: Led, operation: Operation): Promise<TurnEnd> {
  const { host, operator } = context;
  for (let tries = 0; !operator.signal.aborted; tries++) {
    try {
      const result = await context.operate(operation);
      context.confirmed();
      return (result.ok && endOf(operation)) || (await outcomeOfLead(host, led));
    } catch (error) {
      context.confirmed(error as Error);
      if (isFinal(error)) return 'lost';
      await pause(context, retryMsAfter(tries));
    }
  }
  return 'lost';
}

/** How an operation ends its turn; undefined of one that does not. */
export function endOf({ op }: Operation): 'removed' | 'stored' | 'parked' | undefined {
  return op === 'remove' ? 'removed' : op === 'park' ? 'parked' : op === 'store' ? 'stored' : undefined;
}

/** Whether the engine will never take work again. */
export function isFinal(error: unknown): boolean {
  return !(error instanceof TxlogError) || error.code === 'ENV_NOT_FOUND' || isFinalCode(error.code);
}

/** A refused operation may be the one that an earlier, unconfirmed attempt wrote: reads how the turn ended. */
export async function outcomeOfLead(host: SessionHost, { session, epoch }: Led): Promise<TurnEnd> {
  return host.read((cut) => {
    const state = cut.state(sessionKey(session));
    const now = sessionIn(state);
    if (!now) return 'removed';
    if (now.epoch !== epoch) return 'lost';
    return now.status === 'parked' ? 'parked' : now.status === 'stored' ? 'stored' : 'lost';
  });
}

function pause({ host, operator }: TurnContext, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      operator.signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = host.clock.after(ms, done, { keepsAlive: true });
    operator.signal.addEventListener('abort', done);
  });
}
