import type { App } from '../../core/app/app.ts';
import { serviceOfTheme } from '../../core/app/parcel.ts';
import { sagaOfTheme } from '../../core/app/saga.ts';
import { checkBound, checkTime } from '../../core/base/check-arguments.ts';
import { given } from '../../core/base/given.ts';
import { limits } from '../../core/base/limits.ts';
import { shellWord } from '../../core/base/shell-word.ts';
import { isSuspended } from '../../core/fold/session.ts';
import { queuePrefix, timeOfQueueKey } from '../../layout/queue-keys.ts';
import { readThemeCounts } from '../../layout/theme-counts.ts';
import { isQueueTheme, typeOfQueue } from '../../pipeline/3-queued-request.ts';
import type { OperatorState } from '../../ports/leases.ts';
import type { Cut } from '../../view/cut.ts';
import type { NamedTheme } from '../../view/known-themes.ts';
import type { Steps } from '../../view/turns.ts';
import type { SessionHost } from '../host/session-host.ts';
import { ratesOf } from '../read/read-queues.ts';
import {
  readingOf,
  readSession,
  readThemeEntries,
  type SessionReading,
  sessionStatesOf,
  sessionsOf,
} from '../read/read-session.ts';
import { findOrphans, reasonOf } from './janitor.ts';
import { dueKeys, fitsOf, fitsOfWorkers, sortOut } from './known-requests.ts';
import { slowSessions } from './slow-sessions.ts';

/** A session that will not go on by itself, or does not as it should. */
export interface StuckSession {
  readonly session: SessionReading;
  /**
   * `dead`, `late`, `gone`: led by an operator that is no more, until a janitor sees to it. `parked`: waits for a
   * person. `overdue`: due for over a minute, while nothing of its theme moves: no worker is there, or those that are
   * hang. Only of themes that workers see to: request queues, those with an advisor in the app, and those of a worker that
   * is alive. `unknown`: a queued request that the workers which are alive leave to others, because their apps do not
   * know its type. `failing`: its last turns failed. `slow`: led by an operator that lives, and silent for far longer than
   * the theme's turns take now, or than a tenth of its time limit.
   */
  readonly reason: 'dead' | 'late' | 'gone' | 'slow' | 'parked' | 'overdue' | 'unknown' | 'failing';
  /** The reason in words. */
  readonly detail: string;
  /** For how long it has been so, in ms. */
  readonly age: number;
  /** The operator that leads it, or did last. */
  readonly owner?: string;
  /** When it is led next, in ms since 1970, if anyone leads it then. */
  readonly nextTry?: number;
  /** Command to run. */
  readonly next: string;
}

/** Which sessions to look at. All optional. */
export interface StuckOptions {
  readonly theme?: string;
  /** Time to compare with, in ms since 1970. Default now. */
  readonly now?: number;
  /** At most so many of each reason and theme. Default 1,000. */
  readonly limit?: number;
}

/**
 * Sessions that are stuck, those of dead operators first. Costs nothing for those that are not: of the sessions that
 * wait, only those that come first are looked at.
 */
export async function findStuck(host: SessionHost, options: StuckOptions): Promise<readonly StuckSession[]> {
  const { theme, now = host.now(), limit = limits.stuckCountedMax } = options;
  checkTime('now', now);
  checkBound('limit', limit);
  const orphans = (await findOrphans(host, theme)).map(
    (orphan): StuckSession => ({
      ...stuck(orphan.session, { reason: orphan.why, detail: reasonOf(orphan), age: now - orphan.session.since }),
      next: `txlog session retry ${shellWord(orphan.session.id)}`,
    }),
  );
  const others = await host.readSteps(function* (cut) {
    const themes = readThemeEntries(cut).filter(({ name }) => theme === undefined || name === theme);
    const workers = host.leases.all().filter(isAlive);
    const alive = new Set(workers.map(({ operator }) => operator.id));
    const found: StuckSession[] = [];
    for (const entry of themes) {
      const unknown = [...left(cut, entry, { workers, now, limit })];
      const ids = new Set(unknown.map(({ session }) => session.id));
      const delay = findDelay(host, cut, { theme: entry, now, workers });
      yield* gather(slow(cut, entry, { app: host.app, now, limit, alive }), found);
      yield* gather(parked(cut, entry, { now, limit }), found);
      found.push(...unknown);
      const others: StuckSession[] = [];
      yield* gather(waiting(cut, entry, { now, limit, delay }), others);
      found.push(...others.filter(({ session }) => !ids.has(session.id)));
    }
    return found;
  });
  return [...orphans, ...others];
}

/** Adds what is found to `all`, one in a step. */
function* gather(found: Iterable<StuckSession | undefined>, all: StuckSession[]): Steps<void> {
  for (const one of found) {
    if (one) all.push(one);
    yield;
  }
}

function* slow(
  cut: Cut,
  theme: NamedTheme,
  { limit, ...how }: Parameters<typeof slowSessions>[2] & { readonly limit: number },
): Generator<StuckSession> {
  let left = limit;
  for (const { session, detail, silent } of slowSessions(cut, theme, how)) {
    if (left-- <= 0) return;
    const noun = sagaOfTheme(theme.name) === undefined ? 'session' : 'saga';
    yield {
      ...stuck(session, { reason: 'slow', detail, age: silent }),
      next: `txlog ${noun} show ${shellWord(session.id)}`,
    };
  }
}

function* parked(
  cut: Cut,
  theme: NamedTheme,
  { now, limit }: { readonly now: number; readonly limit: number },
): Generator<StuckSession> {
  let left = limit;
  for (const session of sessionsOf(cut, theme, { part: 'parked' })) {
    if (left-- <= 0) return;
    const { error, since, id } = session;
    yield {
      ...stuck(session, { reason: 'parked', detail: error ?? 'set aside', age: now - since }),
      // A saga that failed is parked again, until it is told to try again.
      next: `txlog ${commandFor(session, theme)} ${shellWord(id)}`,
    };
  }
}

function commandFor(session: SessionReading, { name }: NamedTheme): string {
  if (isSuspended(session)) return 'session resume';
  return sagaOfTheme(name) === undefined ? 'session unpark' : 'saga show';
}

/** Requests that are due and that all workers leave to others, of those of a queue that come first. */
function* left(
  cut: Cut,
  { name, number, paused }: NamedTheme,
  { workers, now, limit }: { readonly workers: readonly AliveOperator[]; readonly now: number; readonly limit: number },
): Generator<StuckSession> {
  const fits = paused ? undefined : fitsOfWorkers(workers, name);
  if (!fits) return;
  const due = dueKeys(cut.queueKeys(queuePrefix(number, 'waiting')), now);
  for (const id of sortOut(cut, due, { fits, most: limits.lookedAtMax }).left.slice(0, limit)) {
    const session = readSession(cut, id);
    if (!session) continue;
    const detail = `no worker that is alive has a handler of ${typeOfQueue(name)}`;
    yield { ...stuck(session, { reason: 'unknown', detail, age: now - session.due }), next: workCommand(name, true) };
  }
}

/** The command that starts a worker of a theme; of a request that needs code, with the code. */
function workCommand(theme: string, needsApp: boolean): string {
  return `txlog work${needsApp ? ' --app MODULE' : ''} --theme ${shellWord(theme)}`;
}

/** Why sessions of a theme wait that are due, and what to do about it. */
type Delay = Pick<StuckSession, 'detail' | 'next'>;

/** Whether workers lead a theme: requests, sagas and messages, and what the app advises. Shells lead the others. */
function isWorkedOn({ themes, services }: App, theme: string): boolean {
  const { advisor, answers } = themes?.[theme] ?? {};
  const service = services?.[serviceOfTheme(theme) ?? ''];
  const isDelivered = service !== undefined && !('by' in service);
  const isOfEngine = isQueueTheme(theme) || sagaOfTheme(theme) !== undefined || isDelivered;
  return isOfEngine || advisor !== undefined || answers === true;
}

/** Why what is overdue waits; undefined where nothing is, where it moves, and where no worker is expected to see to it. */
function findDelay(
  host: SessionHost,
  cut: Cut,
  {
    theme,
    now,
    workers,
  }: { readonly theme: NamedTheme; readonly now: number; readonly workers: readonly AliveOperator[] },
): Delay | undefined {
  const [first] = cut.queueKeys(queuePrefix(theme.number, 'waiting'));
  if (first === undefined || theme.paused || timeOfQueueKey(first) >= now - limits.overdueMs) return undefined;
  // A long queue that moves is no reason to do anything but wait.
  if (ratesOf(readThemeCounts(cut.snapshot, theme.number), now).out > 0) return undefined;
  const alive = new Set(workers.map(({ operator }) => operator.id));
  for (const { operator } of sessionsOf(cut, theme, { part: 'active' }))
    if (alive.has(operator ?? '')) return undefined;
  const word = shellWord(theme.name);
  if (workers.some(({ operator }) => operator.themes.includes(theme.name)))
    return { detail: 'its workers do not lead it', next: `txlog queue show ${word}` };
  if (!isWorkedOn(host.app, theme.name)) return undefined;
  return {
    detail: 'nobody leads it',
    next: workCommand(theme.name, needsApp(host, cut, { first, theme: theme.name })),
  };
}

/** Whether the request that comes first is one that the app at hand does not know. */
function needsApp(
  { app }: SessionHost,
  cut: Cut,
  { first, theme }: { readonly first: string; readonly theme: string },
): boolean {
  const fits = fitsOf(app, theme);
  return fits !== undefined && sortOut(cut, [first], { fits, most: 1 }).left.length > 0;
}

type AliveOperator = Extract<OperatorState, { readonly alive: true }>;

function isAlive(state: OperatorState): state is AliveOperator {
  return state.alive;
}

interface Looked {
  readonly now: number;
  readonly limit: number;
  readonly delay: Delay | undefined;
}

function* waiting(cut: Cut, theme: NamedTheme, { now, limit, delay }: Looked): Generator<StuckSession | undefined> {
  let left = limit;
  let fresh = limits.lookedAtMax;
  for (const one of sessionStatesOf(cut, theme, { part: 'waiting' })) {
    const { due, error, attempts } = one.session;
    const isOverdue = delay !== undefined && due < now - limits.overdueMs;
    if (left <= 0 || (!isOverdue && fresh-- <= 0)) return;
    if (isOverdue) {
      const detail = `due for ${Math.round((now - due) / 1000)} s: ${delay.detail}`;
      const session = readingOf(one, theme);
      yield { ...stuck(session, { reason: 'overdue', detail, age: now - due }), next: delay.next };
    } else if (error !== undefined && attempts >= limits.failuresMin) {
      const detail = `failed ${attempts} times: ${error}`;
      const session = readingOf(one, theme);
      yield {
        ...stuck(session, { reason: 'failing', detail, age: now - session.since }),
        nextTry: due,
        next: `txlog session show ${shellWord(session.id)}`,
      };
    } else {
      yield undefined;
      continue;
    }
    left -= 1;
  }
}

function stuck(
  session: SessionReading,
  { reason, detail, age }: { readonly reason: StuckSession['reason']; readonly detail: string; readonly age: number },
) {
  const owner = given({ owner: session.operator });
  return { session, reason, detail, age: Math.max(0, age), ...owner };
}
