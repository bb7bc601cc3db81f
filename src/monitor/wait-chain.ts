import { stepOfKey } from '../core/app/saga.ts';
import { sagaInSteps } from '../sagas/read/load-saga.ts';
import type { SessionHost } from '../sessions/host/session-host.ts';
import { listSessions } from '../sessions/read/list-sessions.ts';
import { readSession, type SessionReading } from '../sessions/read/read-session.ts';

/** Something that waits for a session, directly or for what waits for it. */
export interface Waiter {
  readonly id: string;
  readonly theme: string;
  readonly status: SessionReading['status'];
  /** `order`: it comes after in its order key. `saga`: a step of it asked for the session. */
  readonly why: 'order' | 'saga';
  /** The session it waits for, and how many steps it is from the session that was asked about. */
  readonly waitsFor: string;
  readonly depth: number;
}

/** All that waits for a session. */
export interface WaitChain {
  readonly waiters: readonly Waiter[];
  /** Whether there are more than were looked for. */
  readonly more: boolean;
}

/** All that waits for a session, the nearest first, `limit` of it at most: a chain may be as long as a queue. */
export async function readWaitChain(
  host: SessionHost,
  id: string,
  { limit, signal }: { readonly limit: number; readonly signal?: AbortSignal | undefined },
): Promise<WaitChain> {
  const waiters: Waiter[] = [];
  const seen = new Set([id]);
  const front: { readonly id: string; readonly depth: number }[] = [{ id, depth: 0 }];
  for (let next = front.shift(); next !== undefined; next = front.shift()) {
    for (const waiter of await waitersOf(host, next, { limit: limit + 1 - waiters.length, signal })) {
      if (seen.has(waiter.id)) continue;
      if (waiters.length >= limit) return { waiters, more: true };
      seen.add(waiter.id);
      waiters.push(waiter);
      front.push(waiter);
    }
  }
  return { waiters, more: false };
}

async function waitersOf(
  host: SessionHost,
  { id, depth }: { readonly id: string; readonly depth: number },
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal | undefined },
): Promise<readonly Waiter[]> {
  const found = await host.readSteps(function* (cut) {
    const step = stepOfKey(id.replace(/#\d+$/, ''));
    const saga = step === undefined ? undefined : yield* sagaInSteps(cut, step.saga);
    const asker = saga?.session && step ? readSession(cut, step.saga) : undefined;
    return { session: readSession(cut, id), asker };
  }, signal);
  const waiters: Waiter[] = [];
  const { session, asker } = found;
  if (asker) waiters.push(waiterOf(asker, { why: 'saga', waitsFor: id, depth: depth + 1 }));
  // One that is behind waits for the first of its line alone.
  if (session?.order === undefined || session.status === 'behind') return waiters;
  const line = { theme: session.themeName, order: session.order, status: 'behind' as const, limit };
  for await (const one of listSessions(host, line)) {
    signal?.throwIfAborted();
    waiters.push(waiterOf(one, { why: 'order', waitsFor: id, depth: depth + 1 }));
  }
  return waiters;
}

function waiterOf({ id, themeName, status }: SessionReading, how: Pick<Waiter, 'why' | 'waitsFor' | 'depth'>): Waiter {
  return { id, theme: themeName, status, ...how };
}
