import type { Saga, SagaEvent, SagaPhase } from '../../core/app/saga.ts';
import { given } from '../../core/base/given.ts';
import { sessionKey } from '../../core/fold/session.ts';
import { type Receipt, receiptOf } from '../../core/log/receipt.ts';
import { type LogRecord, sagaType, sessionType } from '../../core/log/record.ts';
import type { SessionHost } from '../../sessions/host/session-host.ts';
import { readSession, type SessionReading } from '../../sessions/read/read-session.ts';
import { eventsOf, sagaInSteps } from './load-saga.ts';

/** An event of a saga as readers get it: with who said it and why, where a person did. */
export interface SagaLogEntry {
  readonly event: SagaEvent;
  readonly position: number;
  /** ms since 1970. */
  readonly time: number;
  readonly actor?: string;
  readonly reason?: string;
}

/** A saga as readers get it. */
export interface SagaReading {
  readonly saga: Saga;
  /** Its phase, or how it ended. */
  readonly phase: SagaPhase;
  /** Its session, until it has ended. */
  readonly session: SessionReading | undefined;
  /** Its outcome, once it has ended. */
  readonly outcome: Receipt | undefined;
  /** All that happened to it, in its order. */
  readonly log: readonly SagaLogEntry[];
}

/** All about a saga, or undefined. Errors: the reason of `signal` once that is aborted. */
export async function readReport(
  host: SessionHost,
  id: string,
  signal?: AbortSignal,
): Promise<SagaReading | undefined> {
  const { durability } = host.handle.storage;
  return host.readSteps(function* (cut) {
    const found = yield* sagaInSteps(cut, id);
    if (!found) return undefined;
    const key = sessionKey(id);
    const log: SagaLogEntry[] = [];
    for (const position of cut.applied(key, 1)) {
      yield;
      const record = cut.record(position);
      if (record) log.push(...entriesOf(record, key));
    }
    const ended = cut.positionOf(id);
    const end = ended === undefined ? undefined : cut.record(ended);
    const outcome = end?.type === sagaType ? receiptOf(end, true, durability) : undefined;
    const { saga } = found;
    return { saga, phase: phaseOf(saga, outcome), session: readSession(cut, id), outcome, log };
  }, signal);
}

/** How a saga ended, or where it stands. */
export function phaseOf({ phase, undoes }: Saga, outcome: Pick<Receipt, 'outcome'> | undefined): SagaPhase {
  if (!outcome) return phase;
  if (undoes !== undefined) return 'compensated';
  return outcome.outcome === 'committed' ? 'done' : 'compensated';
}

function entriesOf(record: LogRecord, key: string): readonly SagaLogEntry[] {
  // Actor and payload of a request that stands beside it are those of the request.
  const { actor, payload } = record.type === sessionType ? record : { actor: undefined, payload: undefined };
  const reason = (payload as { readonly reason?: string } | undefined)?.reason;
  return eventsOf({ ...record }, key).map((entry) => ({
    ...entry,
    ...given({ actor }),
    ...(typeof reason === 'string' && { reason }),
  }));
}
