import { checkBound } from '../../core/base/check-arguments.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { type Session, type SessionStatus, sessionIn, sessionKey } from '../../core/fold/session.ts';
import { type QueueKey, type QueuePart, queueKeysOf, queuePrefix, sessionOfQueueKey } from '../../layout/queue-keys.ts';
import type { Cut } from '../../view/cut.ts';
import type { NamedTheme } from '../../view/known-themes.ts';
import type { ViewReader } from '../../view/reader.ts';
import type { LoopTurn } from '../../view/turns.ts';
import { readThemeEntries, type SessionReading } from './read-session.ts';

/** Which sessions to list, and from where. All optional. */
export interface ListOptions {
  readonly theme?: string;
  readonly status?: SessionStatus;
  /** The order key: only its sessions, in the order of their creation. */
  readonly order?: string;
  readonly limit?: number;
  /**
   * The session after which to go on, as listed before with the same options: by its id, where it stands now; or as it
   * was listed, where it stood then.
   */
  readonly after?: string | SessionReading;
  /** From the last one down: what comes before `after`. */
  readonly reverse?: boolean;
}

const pageSessions = 500;
/** Sessions that are read for one look at the clock. */
const sessionsPerLook = 4;
const allParts: readonly QueuePart[] = ['active', 'waiting', 'behind', 'parked'];

/**
 * Sessions by theme and status, in the order in which they come. Each page is one consistent view; a session that
 * changes its place in between may be missed or come twice.
 *
 * Errors: SESSION_GONE when there is no session of the id `after`.
 */
export async function* listSessions(env: ViewReader, options: ListOptions): AsyncGenerator<SessionReading> {
  checkBound('limit', options.limit);
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  const ranges = await env.read((cut) => rangesOf(cut, options));
  for (const range of ranges) {
    let next: Range | undefined = range;
    while (next !== undefined && left > 0) {
      const at: Range = next;
      const page = await env.read((cut, turn) => readPage(cut, at, { ...options, turn }));
      for (const session of page.sessions) {
        if (left-- <= 0) return;
        yield session;
      }
      next = page.next === undefined ? undefined : { ...at, from: page.next };
    }
  }
}

interface Range {
  readonly theme: NamedTheme;
  readonly prefix: string;
  /** The first key that is read, or, in reverse, the one below which it begins; undefined of all. */
  readonly from?: QueueKey;
}

/** The parts of the queue table to read, from `after` on. */
function rangesOf(cut: Cut, { theme, status, order, after, reverse }: ListOptions): readonly Range[] {
  const themes = readThemeEntries(cut).filter(({ name }) => theme === undefined || name === theme);
  const parts = order === undefined ? partsOf(status) : (['line'] as const);
  const ranges = themes.flatMap((entry) =>
    parts.map((part): Range => ({ theme: entry, prefix: queuePrefix(entry.number, part, order) })),
  );
  if (reverse) ranges.reverse();
  if (after === undefined) return ranges;
  const keys = typeof after === 'string' ? queueKeysOf(after, sessionAt(cut, after)) : queueKeysOf(after.id, after);
  const first = ranges.findIndex(({ prefix }) => keys.some((key) => key.startsWith(prefix)));
  return ranges.slice(Math.max(0, first)).map((range, i) => {
    const key = i === 0 && keys.find((one) => one.startsWith(range.prefix));
    return key ? { ...range, from: reverse ? key : `${key}\u0000` } : range;
  });
}

function partsOf(status: SessionStatus | undefined): readonly QueuePart[] {
  if (status === undefined) return allParts;
  return status === 'ready' || status === 'stored' ? ['waiting'] : [status];
}

function sessionAt(cut: Cut, id: string): Session {
  const state = cut.state(sessionKey(id));
  const session = sessionIn(state);
  if (session) return session;
  throw new TxlogError('SESSION_GONE', `there is no session ${id} to continue after`, { next: ['txlog session list'] });
}

function readPage(
  cut: Cut,
  { theme, prefix, from }: Range,
  { status, reverse, turn }: Pick<ListOptions, 'status' | 'reverse'> & { readonly turn: LoopTurn },
) {
  const sessions: SessionReading[] = [];
  let seen = 0;
  for (const key of reverse ? cut.queueKeysDown(prefix, from) : cut.queueKeys(prefix, from)) {
    const isFull = seen === pageSessions || (seen > 0 && seen % sessionsPerLook === 0 && turn.isOver);
    if (isFull) return { sessions, next: reverse ? `${key}\u0000` : key };
    seen += 1;
    const id = sessionOfQueueKey(key);
    const state = cut.state(sessionKey(id));
    const session = sessionIn(state);
    if (!state || !session || (status !== undefined && session.status !== status)) continue;
    sessions.push({ ...session, id, version: state.version, position: state.position, themeName: theme.name });
  }
  return { sessions, next: undefined };
}
