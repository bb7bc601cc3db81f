import { type SagaPhase, sagaOfTheme, sagaTheme } from '../../core/app/saga.ts';
import { checkBound } from '../../core/base/check-arguments.ts';
import { given, ifGiven } from '../../core/base/given.ts';
import { sagaType } from '../../core/log/record.ts';
import { readPages } from '../../rescan/read-records.ts';
import type { SessionHost } from '../../sessions/host/session-host.ts';
import { listSessions } from '../../sessions/read/list-sessions.ts';
import { readThemeEntries, type SessionReading } from '../../sessions/read/read-session.ts';

/** Which sagas to list. */
export interface ListSagasOptions {
  readonly type?: string;
  readonly phase?: SagaPhase;
  /** Only those that have not ended. */
  readonly incomplete?: boolean;
  /** Only those that wait for a person. */
  readonly stuck?: boolean;
  readonly limit?: number;
}

/** A saga in a list. Times in ms since 1970. */
export interface SagaSummary {
  readonly id: string;
  readonly type: string;
  readonly phase: SagaPhase;
  /** The status of its session; undefined once it has ended. */
  readonly status: SessionReading['status'] | undefined;
  readonly createdAt: number;
  /** When it is led next, or when it ended. */
  readonly at: number;
  /** The position of the newest record of its session; undefined once it has ended: then it stays. */
  readonly position?: number;
  readonly error?: string;
}

/** Sagas that have not ended, oldest first in each part of their queue; then those that have, the newest first. */
export async function* listSagas(host: SessionHost, options: ListSagasOptions): AsyncGenerator<SagaSummary> {
  checkBound('limit', options.limit);
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  for await (const saga of all(host, options)) {
    if (left <= 0) return;
    if (!passes(saga, options)) continue;
    left -= 1;
    yield saga;
  }
}

async function* all(host: SessionHost, options: ListSagasOptions): AsyncGenerator<SagaSummary> {
  yield* incomplete(host, options);
  const wantsEnded = !options.incomplete && !options.stuck && (!options.phase || isEnd(options.phase));
  if (wantsEnded) yield* ended(host);
}

function passes(saga: SagaSummary, { type, phase, stuck }: ListSagasOptions): boolean {
  if (type !== undefined && saga.type !== type) return false;
  if (stuck && saga.status !== 'parked') return false;
  return phase === undefined || saga.phase === phase;
}

function isEnd(phase: SagaPhase): boolean {
  return phase === 'done' || phase === 'compensated';
}

async function* incomplete(host: SessionHost, { type, stuck }: ListSagasOptions): AsyncGenerator<SagaSummary> {
  const themes = (await host.read((cut) => readThemeEntries(cut))).filter(({ name }) =>
    type === undefined ? sagaOfTheme(name) !== undefined : name === sagaTheme(type),
  );
  for (const { name: theme } of themes) {
    const sessions = listSessions(host, { theme, ...(stuck && { status: 'parked' }) });
    for await (const session of sessions) yield summaryOf(session);
  }
}

function summaryOf(session: SessionReading): SagaSummary {
  const { id, themeName, phase, status, createdAt, due, error, position } = session;
  return {
    ...{ id, type: sagaOfTheme(themeName) ?? '', phase: (phase ?? 'running') as SagaPhase, status, createdAt, at: due },
    ...given({ error, position }),
  };
}

/** The payload of the record that ended a saga. */
interface EndedPayload {
  readonly saga?: string;
  readonly started?: number;
  readonly undoes?: string;
}

async function* ended(host: SessionHost): AsyncGenerator<SagaSummary> {
  for await (const page of readPages(host, { types: [sagaType] }, { reverse: true })) {
    for (const { id, payload, time, outcome, rejection } of page) {
      const { saga: type = '', started = time, undoes } = (payload ?? {}) as EndedPayload;
      yield {
        ...{ id, type, status: undefined, createdAt: started, at: time },
        phase: outcome === 'committed' && undoes === undefined ? 'done' : 'compensated',
        ...given({ error: ifGiven(rejection, (rejection) => rejection.reason) }),
      };
    }
  }
}
