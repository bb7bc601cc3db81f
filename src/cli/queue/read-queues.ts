import type { Environment } from '../../environment.ts';
import { rateSpanMs, type ThemeCounts } from '../../layout/themes.ts';
import type { OperatorState } from '../../ports/leases.ts';
import { type SessionReading, sessionsOf, type ThemeReading } from '../../sessions/read-sessions.ts';

/** A theme as a queue: what waits in it, how fast it moves, who works on it. */
export interface QueueReading extends ThemeReading {
  /** The session that is to be led next, when one is due. */
  readonly oldest: SessionReading | undefined;
  /** When the next stored one is due, when none is now; ms since 1970. */
  readonly nextDue: number | undefined;
  /** Sessions that came and went per second, in the last 10 to 20 seconds. */
  readonly rates: Rates;
  /** Workers that show signs of life. */
  readonly workers: readonly Extract<OperatorState, { readonly alive: true }>[];
}

interface Rates {
  readonly in: number;
  readonly out: number;
}

/** All themes as queues, by name. `now` is in ms since 1970. */
export async function readQueues(env: Environment, now: number): Promise<readonly QueueReading[]> {
  const themes = await env.sessions.themes();
  return Promise.all(themes.map((theme) => readQueue(env, theme, now)));
}

/** One theme as a queue. `now` is in ms since 1970. */
export async function readQueue(env: Environment, theme: ThemeReading, now: number): Promise<QueueReading> {
  const first = await env.read((view, snapshot) => {
    const [session] = sessionsOf({ view, snapshot }, theme, 'waiting');
    return session;
  });
  const isDue = first !== undefined && first.due <= now;
  return {
    ...theme,
    oldest: isDue ? first : undefined,
    nextDue: isDue ? undefined : first?.due,
    rates: ratesOf(theme.counts, now),
    workers: workersOf(env, theme.name),
  };
}

/** Sessions that come and go per second, from the counts of the present span of time and the one before. */
export function ratesOf({ recent, earlier }: ThemeCounts, now: number): Rates {
  const span = Math.floor(now / rateSpanMs);
  const seconds = (rateSpanMs + (now % rateSpanMs)) / 1_000;
  const rate = (latest: number, before: number) => {
    const counted = recent.span === span ? latest + before : recent.span === span - 1 ? latest : 0;
    return Math.round((counted / seconds) * 10) / 10;
  };
  return { in: rate(recent.in, earlier.in), out: rate(recent.out, earlier.out) };
}

function workersOf(env: Environment, theme: string): QueueReading['workers'] {
  return env.leases.all().flatMap((state) => (state.alive && state.operator.themes.includes(theme) ? [state] : []));
}

/** The next sessions of a queue, in the order in which they are led. */
export async function nextSessions(
  env: Environment,
  theme: ThemeReading,
  limit: number,
): Promise<readonly SessionReading[]> {
  return env.read((view, snapshot) => {
    const next: SessionReading[] = [];
    for (const session of sessionsOf({ view, snapshot }, theme, 'waiting')) {
      if (next.length >= limit) break;
      next.push(session);
    }
    return next;
  });
}
