import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import { shellWord } from '../core/base/shell-word.ts';
import { asSession, type Session, sessionKey } from '../core/fold/session.ts';
import type { Environment } from '../environment/environment.ts';
import type { Data, HistoryEntry, Operator, OperatorState, SessionReading } from '../index.ts';

/** A step in the life of a session, as far as its page shows it. */
export interface SessionStepEntry extends Omit<HistoryEntry, 'record'> {
  readonly record: Pick<HistoryEntry['record'], 'position' | 'id' | 'type' | 'time' | 'changes' | 'actor' | 'payload'>;
}

/** The state of an operator, as far as the page of a session shows it. */
type ShownOperator =
  | (Omit<Extract<OperatorState, { readonly alive: true }>, 'operator'> & { readonly operator: OperatorPlace })
  | (Omit<Extract<OperatorState, { readonly alive: false }>, 'operator'> & { readonly operator?: OperatorPlace });

type OperatorPlace = Pick<Operator, 'host' | 'process'> & Partial<Operator>;

/** A session now or as of a position, its data, and a page of what happened to it. */
export interface SessionPage {
  readonly id: string;
  /** Undefined when it was removed. */
  readonly session: SessionReading | undefined;
  readonly data: readonly Data[];
  /** Oldest first: the newest ones, or those from a position on. */
  readonly history: readonly SessionStepEntry[];
  readonly earlier: boolean;
  /** Position from which the next page goes on, if there is one. */
  readonly next?: number;
  /** The state of the operator that leads it now. */
  readonly operator?: ShownOperator;
}

/** Which part of a session's life is read. */
export interface PageOptions {
  readonly asOf?: number | undefined;
  readonly from?: number | undefined;
  readonly limit: number;
  /** Chunks of its data that are read; the default is all. */
  readonly chunks?: number;
  readonly signal?: AbortSignal;
}

/**
 * Reads the page of a session. Errors: SESSION_GONE when there never was one, or not yet at that position; the reason of
 * `signal` once that is aborted.
 */
export async function readSessionPage(env: Environment, id: string, options: PageOptions): Promise<SessionPage> {
  const { asOf, limit, chunks, signal } = options;
  const key = sessionKey(id);
  const filter = { key, ...given({ to: asOf }) };
  const newest = await positionsOf(env, filter, limit);
  signal?.throwIfAborted();
  if (newest.length === 0) throw neverWas(id, asOf);
  const from = options.from ?? newest.at(-1) ?? 1;
  const found: HistoryEntry[] = [];
  for await (const entry of env.history(key, { from, limit: limit + 1, ...given({ signal }) })) {
    if (asOf === undefined || entry.record.position <= asOf) found.push(entry);
  }
  const session = await env.sessions.get(id, given({ asOf }));
  const next = found[limit]?.record.position;
  const isLed = asOf === undefined && session?.status === 'active';
  return {
    ...{ id, session, history: found.slice(0, limit) },
    data: session ? await env.sessions.data(id, given({ asOf, limit: chunks, signal })) : [],
    earlier: from > 1 && (await positionsOf(env, { key, to: from - 1 }, 1)).length > 0,
    ...given({ next }),
    ...(isLed && { operator: env.leases.look(session.operator ?? '') }),
  };
}

/** The session that an entry of its history left, if it is still there. */
export function sessionAfter({ after }: Pick<HistoryEntry, 'after'>): Session | undefined {
  return asSession(after?.value);
}

async function positionsOf(env: Environment, filter: { key: string; to?: number }, limit: number): Promise<number[]> {
  const positions: number[] = [];
  for await (const { position } of env.records(filter, { reverse: true, limit })) positions.push(position);
  return positions;
}

function neverWas(id: string, asOf: number | undefined): TxlogError {
  const when = asOf === undefined ? '' : ` at position ${asOf}`;
  return new TxlogError('SESSION_GONE', `there was no session ${id}${when}`, {
    next: [asOf === undefined ? 'txlog session list' : `txlog session show ${shellWord(id)}`],
  });
}
