import { checkWait } from '../../core/base/check-arguments.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { shellWord } from '../../core/base/shell-word.ts';
import { asSession, sessionKey } from '../../core/fold/session.ts';
import { type Receipt, receiptOf } from '../../core/log/receipt.ts';
import type { Cut } from '../../view/cut.ts';
import type { SessionHost } from '../host/session-host.ts';
import { waitUntil } from './wait-until.ts';

/** How long to wait, at most. */
export interface WaitOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A session that is no more. */
export interface RemovedSession {
  readonly session: string;
  readonly removed: true;
  /** The position of the record that removed it. */
  readonly position: number;
  readonly time: number;
}

/** The end of a request: its receipt; or it was removed from its queue undecided. */
export type RequestOutcome = Receipt | RemovedSession;

/**
 * Waits until a request is decided, or a session is removed.
 *
 * Errors: USAGE; WAIT_TIMEOUT; TRANSACTION_NOT_FOUND when there never was such a request or session.
 */
export async function waitFor(host: SessionHost, id: string, options: WaitOptions): Promise<Receipt | RemovedSession> {
  const { timeoutMs, signal } = options;
  checkWait('timeoutMs', timeoutMs);
  const { durability } = host.handle.storage;
  const deadline = timeoutMs === undefined ? undefined : new AbortController();
  const cancel = deadline && host.clock.after(timeoutMs ?? 0, () => deadline.abort(), { keepsAlive: true });
  const signals = [deadline?.signal, signal].filter((one) => one !== undefined);
  try {
    const look = () => host.read((cut) => outcomeOf(cut, id, durability));
    return await waitUntil(host, look, AbortSignal.any(signals));
  } catch (error) {
    if (deadline?.signal.aborted && error === deadline.signal.reason) throw await late(host, id, timeoutMs ?? 0);
    throw error;
  } finally {
    cancel?.();
  }
}

function outcomeOf(cut: Cut, id: string, durability: Receipt['durability']): RequestOutcome | undefined {
  const outcome = findOutcome(cut, id, durability);
  if (outcome || cut.state(sessionKey(id))) return outcome;
  throw new TxlogError('TRANSACTION_NOT_FOUND', `no request ${id} was ever processed or queued, and no session made`, {
    next: ['txlog session list', 'txlog log -n 10 --reverse'],
  });
}

/** How it ended with a request, or with a session; undefined when it has not ended, or nothing is known of it. */
export function findOutcome(cut: Cut, id: string, durability: Receipt['durability']): RequestOutcome | undefined {
  const position = cut.positionOf(id);
  const record = position === undefined ? undefined : cut.record(position);
  if (record) return receiptOf(record, true, durability);
  const state = cut.state(sessionKey(id));
  if (!state || state.exists) return undefined;
  const removal = cut.record(state.position);
  return { session: id, removed: true, position: state.position, time: removal?.time ?? 0 };
}

async function late(host: SessionHost, id: string, timeoutMs: number): Promise<TxlogError> {
  const session = await host.read((cut) => asSession(cut.state(sessionKey(id))?.value));
  const failed = session?.error === undefined ? '' : `, its last turn failed: ${session.error}`;
  return new TxlogError('WAIT_TIMEOUT', `${id} was not done within ${timeoutMs / 1000} s`, {
    hint: `It is ${session?.status ?? 'not there'}${failed}.`,
    next: [`txlog session show ${shellWord(id)}`, `txlog wait ${shellWord(id)}`],
  });
}
