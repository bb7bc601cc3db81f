import { given } from '../core/base/given.ts';
import type { Change } from '../core/fold/change.ts';
import { asSession, isSuspended, type Session, sessionKey, suspendedPrefix } from '../core/fold/session.ts';
import { type LogRecord, operationId, sessionType } from '../core/log/record.ts';
import { checkBy } from '../core/log/session-input.ts';
import type { Task, TaskAnswer } from '../pipeline/2-batch.ts';
import { resultOrThrow } from '../pipeline/7-respond.ts';
import { listSessions } from '../sessions/read/list-sessions.ts';
import type { SessionReading } from '../sessions/read/read-session.ts';
import type { Cut } from '../view/cut.ts';
import type { ViewReader } from '../view/reader.ts';

/** The operator of the lead that raises a session's epoch. */
const operator = 'txlog.sync';
/** Sessions in one record: each is up to four changes. */
const perRecord = 200;

/** Ids of the next sessions that could be led and are not suspended; empty when there is none. */
export async function findRunnable(env: ViewReader): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const status of ['active', 'ready', 'stored'] as const) {
    for await (const { id } of listSessions(env, { status, limit: perRecord })) ids.push(id);
  }
  return ids.slice(0, perRecord);
}

/** The record that suspends sessions: parked, under an epoch that no one leads who led them elsewhere. */
export function suspension(
  cut: Cut,
  ids: readonly string[],
  at: { readonly position: number; readonly time: number; readonly origin: string },
): LogRecord {
  const changes = ids.flatMap((id) => {
    const session = asSession(cut.state(sessionKey(id))?.value);
    return session ? suspend(sessionKey(id), session, at.origin) : [];
  });
  const { position, time, origin } = at;
  return {
    ...{ position, id: operationId(position), type: sessionType, time, outcome: 'committed', decided: true },
    ...{ actor: operator, payload: { reason: `suspended on the way from ${origin}` }, changes, expect: [] },
    ...{ rejection: undefined, compensates: undefined },
  };
}

function suspend(key: string, { status, epoch, due }: Session, origin: string): readonly Change[] {
  const error = suspendedPrefix + origin;
  const take: readonly Change[] = [
    { op: 'session.park', key, value: { error, force: true } },
    { op: 'session.ready', key, value: { due } },
  ];
  return [
    ...(status === 'active' ? take : []),
    { op: 'session.lead', key, value: { operator, lease: 1 } },
    { op: 'session.park', key, value: { error, epoch: epoch + 1 } },
  ];
}

/** The parts of an environment that resuming uses. */
export interface Resuming extends ViewReader {
  now(): number;
  process(tasks: readonly Task[]): Promise<readonly TaskAnswer[]>;
}

/** Which suspended sessions: those of the ids, or of the theme, or all. */
export interface ResumeOptions {
  readonly ids?: readonly string[] | undefined;
  readonly theme?: string | undefined;
  readonly reason?: string | undefined;
  /** Only tell which. */
  readonly dryRun?: boolean | undefined;
}

/** Frees suspended sessions, so that workers lead them when they are due; ids of those that were: not of those that went on since the look. */
export async function* resumeSessions(env: Resuming, options: ResumeOptions): AsyncGenerator<string> {
  checkBy(options);
  const ids = options.ids && new Set(options.ids);
  const wanted: SessionReading[] = [];
  const theme = given({ theme: options.theme });
  for await (const session of listSessions(env, { status: 'parked', ...theme })) {
    if (isSuspended(session) && (ids?.has(session.id) ?? true)) wanted.push(session);
  }
  for (let i = 0; i < wanted.length; i += perRecord) {
    const some = wanted.slice(i, i + perRecord);
    const answers = options.dryRun
      ? undefined
      : await env.process(some.map((session) => freeing(session, env.now(), options.reason)));
    for (const [k, { id }] of some.entries()) {
      const answer = answers?.[k];
      // One that went on since the look is left alone.
      if (!answer || resultOrThrow(answer).ok) yield id;
    }
  }
}

/** In one record: who looks in between must not lead what is not due. */
function freeing({ id, due, position }: SessionReading, now: number, reason: string | undefined): Task {
  const by = given({ reason });
  const ready = { op: 'ready', session: id, position, resume: true } as const;
  if (due <= now) return { ...ready, ...by };
  const store = { op: 'store', session: id, seconds: Math.ceil((due - now) / 1_000) } as const;
  return { op: 'together', operations: [ready, store], ...by };
}
