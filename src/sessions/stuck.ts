import { queuePrefix, timeOfQueueKey } from '../layout/queue-keys.ts';
import { findOrphans, reasonOf } from './janitor.ts';
import { type NamedTheme, readThemeEntries, type SessionReading, type Source, sessionsOf } from './read-sessions.ts';
import type { SessionHost } from './session-host.ts';

/** A session that will not go on by itself, or does not as it should. */
export interface StuckSession {
  readonly session: SessionReading;
  /**
   * `dead`, `late`, `gone`: led by an operator that is no more, until a janitor sees to it. `parked`: waits for a
   * person. `overdue`: due for over a minute, and nobody leads it. `failing`: its last turns failed.
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
  const orphans = (await findOrphans(host, theme)).map(
    (orphan): StuckSession => ({
      ...stuck(orphan.session, orphan.why, reasonOf(orphan), now - orphan.session.since),
      next: 'txlog work --once',
    }),
  );
  const others = await host.read((view, snapshot) => {
    const source = { view, snapshot };
    const themes = readThemeEntries(source).filter(({ name }) => theme === undefined || name === theme);
    return themes.flatMap((entry) => [...parked(source, entry, now, limit), ...waiting(source, entry, now, limit)]);
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
      next: `txlog session unpark ${id}`,
    };
  }
}

function* waiting(source: Source, theme: NamedTheme, now: number, limit: number): Generator<StuckSession> {
  const { view, snapshot } = source;
  const [first] = view.queueKeys(snapshot, queuePrefix(theme.number, 'waiting'));
  if (first === undefined) return;
  const anyOverdue = !theme.paused && timeOfQueueKey(first) < now - overdueMs;
  let left = limit;
  let fresh = lookedAtMax;
  for (const session of sessionsOf(source, theme, 'waiting')) {
    const { due, error, attempts, id } = session;
    const isOverdue = anyOverdue && due < now - overdueMs;
    if (left <= 0 || (!isOverdue && fresh-- <= 0)) return;
    if (isOverdue) {
      const detail = `due for ${Math.round((now - due) / 1000)} s, and nobody leads it`;
      yield { ...stuck(session, 'overdue', detail, now - due), next: `txlog work --theme ${theme.name}` };
    } else if (error !== undefined && attempts >= failuresMin) {
      const detail = `failed ${attempts} times: ${error}`;
      yield {
        ...stuck(session, 'failing', detail, now - session.since),
        nextTry: due,
        next: `txlog session show ${id}`,
      };
    } else continue;
    left -= 1;
  }
}

function stuck(session: SessionReading, reason: StuckSession['reason'], detail: string, age: number) {
  const owner = session.operator === undefined ? {} : { owner: session.operator };
  return { session, reason, detail, age: Math.max(0, age), ...owner };
}
