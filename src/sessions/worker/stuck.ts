import type { App } from '../../core/app/app.ts';
import { serviceOfTheme } from '../../core/app/parcel.ts';
import { sagaOfTheme } from '../../core/app/saga.ts';
import { checkBound, checkTime } from '../../core/base/arguments.ts';
import { shellWord } from '../../core/base/shell-word.ts';
import { queuePrefix, timeOfQueueKey } from '../../layout/queue-keys.ts';
import { readThemeCounts } from '../../layout/themes.ts';
import { isQueueTheme } from '../../pipeline/3-queued-request.ts';
import type { OperatorState } from '../../ports/leases.ts';
import type { NamedTheme } from '../../view/known-themes.ts';
import type { SessionHost } from '../host/session-host.ts';
import { ratesOf } from '../read/queues.ts';
import { readThemeEntries, type SessionReading, type Source, sessionsOf } from '../read/session.ts';
import { findOrphans, reasonOf } from './janitor.ts';

/** A session that will not go on by itself, or does not as it should. */
export interface StuckSession {
  readonly session: SessionReading;
  /**
   * `dead`, `late`, `gone`: led by an operator that is no more, until a janitor sees to it. `parked`: waits for a
   * person. `overdue`: due for over a minute, while nothing of its theme moves: no worker is there, or those that are
   * hang. Only of themes that workers see to: request queues, those with an advisor in the app, and those of a worker that
   * is alive. `failing`: its last turns failed.
   */
  readonly reason: 'dead' | 'late' | 'gone' | 'parked' | 'overdue' | 'failing';
  /** The reason in words. */
  readonly detail: string;
  /** For how long it has been so, in ms. */
  readonly age: number;
  /** Who leads it, or did last. */
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

const overdueMs = 60_000;
const limitDefault = 1_000;
const failuresMin = 2;
/** Of the sessions of a theme that wait, and are not overdue, so many are looked at: those that are led next. */
const lookedAtMax = 200;

/**
 * Sessions that are stuck, those of dead operators first. Costs nothing for those that are not: of the sessions that
 * wait, only those that come first are looked at.
 */
export async function findStuck(host: SessionHost, options: StuckOptions): Promise<readonly StuckSession[]> {
  const { theme, now = host.now(), limit = limitDefault } = options;
  checkTime('now', now);
  checkBound('limit', limit);
  const orphans = (await findOrphans(host, theme)).map(
    (orphan): StuckSession => ({
      ...stuck(orphan.session, orphan.why, reasonOf(orphan), now - orphan.session.since),
      next: `txlog session retry ${shellWord(orphan.session.id)}`,
    }),
  );
  const others = await host.read((view, snapshot) => {
    const source = { view, snapshot };
    const themes = readThemeEntries(source).filter(({ name }) => theme === undefined || name === theme);
    const workers = host.leases.all().filter(isAlive);
    return themes.flatMap((entry) => [
      ...parked(source, entry, now, limit),
      ...waiting(source, entry, { now, limit, delay: findDelay(host, source, entry, { now, workers }) }),
    ]);
  });
  return [...orphans, ...others];
}

function* parked(source: Source, theme: NamedTheme, now: number, limit: number): Generator<StuckSession> {
  let left = limit;
  for (const session of sessionsOf(source, theme, 'parked')) {
    if (left-- <= 0) return;
    const { error, since, id } = session;
    yield {
      ...stuck(session, 'parked', error ?? 'set aside', now - since),
      // A saga that failed is parked again, until it is told to try again.
      next: `txlog ${sagaOfTheme(theme.name) === undefined ? 'session unpark' : 'saga show'} ${shellWord(id)}`,
    };
  }
}

/** Why sessions of a theme wait that are due, and what to do about it. */
type Delay = Pick<StuckSession, 'detail' | 'next'>;

/** Why what is overdue waits; undefined where nothing is, where it moves, and where no worker is expected to see to it. */
/** Whether workers lead a theme: requests, sagas and messages, and what the app advises. Shells lead the others. */
function isWorkedOn({ themes, services }: App, theme: string): boolean {
  const { advisor, answers } = themes?.[theme] ?? {};
  const service = services?.[serviceOfTheme(theme) ?? ''];
  const isDelivered = service !== undefined && !('by' in service);
  const isOfEngine = isQueueTheme(theme) || sagaOfTheme(theme) !== undefined || isDelivered;
  return isOfEngine || advisor !== undefined || answers === true;
}

function findDelay(
  host: SessionHost,
  source: Source,
  theme: NamedTheme,
  { now, workers }: { readonly now: number; readonly workers: readonly AliveOperator[] },
): Delay | undefined {
  const { view, snapshot } = source;
  const [first] = view.queueKeys(snapshot, queuePrefix(theme.number, 'waiting'));
  if (first === undefined || theme.paused || timeOfQueueKey(first) >= now - overdueMs) return undefined;
  // A long queue that moves is no reason to do anything but wait.
  if (ratesOf(readThemeCounts(snapshot, theme.number), now).out > 0) return undefined;
  const alive = new Set(workers.map(({ operator }) => operator.id));
  for (const { operator } of sessionsOf(source, theme, 'active')) if (alive.has(operator ?? '')) return undefined;
  const word = shellWord(theme.name);
  if (workers.some(({ operator }) => operator.themes.includes(theme.name)))
    return { detail: 'its workers do not lead it', next: `txlog queue show ${word}` };
  if (!isWorkedOn(host.app, theme.name)) return undefined;
  return { detail: 'nobody leads it', next: `txlog work --theme ${word}` };
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

function* waiting(source: Source, theme: NamedTheme, { now, limit, delay }: Looked): Generator<StuckSession> {
  let left = limit;
  let fresh = lookedAtMax;
  for (const session of sessionsOf(source, theme, 'waiting')) {
    const { due, error, attempts, id } = session;
    const isOverdue = delay !== undefined && due < now - overdueMs;
    if (left <= 0 || (!isOverdue && fresh-- <= 0)) return;
    if (isOverdue) {
      const detail = `due for ${Math.round((now - due) / 1000)} s: ${delay.detail}`;
      yield { ...stuck(session, 'overdue', detail, now - due), next: delay.next };
    } else if (error !== undefined && attempts >= failuresMin) {
      const detail = `failed ${attempts} times: ${error}`;
      yield {
        ...stuck(session, 'failing', detail, now - session.since),
        nextTry: due,
        next: `txlog session show ${shellWord(id)}`,
      };
    } else continue;
    left -= 1;
  }
}

function stuck(session: SessionReading, reason: StuckSession['reason'], detail: string, age: number) {
  const owner = session.operator === undefined ? {} : { owner: session.operator };
  return { session, reason, detail, age: Math.max(0, age), ...owner };
}
