import { rateSpanMs, type ThemeCounts } from '../../layout/theme-counts.ts';
import type { OperatorState } from '../../ports/leases.ts';
import type { Cut } from '../../view/cut.ts';
import type { Steps } from '../../view/turns.ts';
import type { SessionHost } from '../host/session-host.ts';
import { readTheme, readThemes, type SessionReading, sessionsOf, type ThemeReading } from './read-session.ts';

/** A theme as a queue: what waits in it, how fast it moves, who works on it. */
export interface QueueReading extends ThemeReading {
  /** The sessions that are led next, in that order, as many as were asked for: also those that are not due yet. */
  readonly next: readonly SessionReading[];
  /** The session that is led next, when one is due. */
  readonly oldest: SessionReading | undefined;
  /** When the next one is due, when none is now; ms since 1970. */
  readonly nextDue: number | undefined;
  /** Sessions that came and went per second, in the last 10 to 20 seconds. */
  readonly rates: { readonly in: number; readonly out: number };
  /** Workers that show signs of life. */
  readonly workers: readonly Extract<OperatorState, { readonly alive: true }>[];
}

/** All themes as queues, by name. */
export async function readQueues(host: SessionHost): Promise<readonly QueueReading[]> {
  const operators = host.leases.all();
  const now = host.now();
  return host.readSteps(function* (cut) {
    const queues: QueueReading[] = [];
    for (const theme of readThemes(cut)) queues.push(yield* queueOf(cut, theme, { operators, now, next: 1 }));
    return queues;
  });
}

/** One theme as a queue, with so many of the sessions that are `next`; undefined when there is no such theme. */
export async function readQueue(host: SessionHost, name: string, next: number): Promise<QueueReading | undefined> {
  const operators = host.leases.all();
  const now = host.now();
  return host.readSteps(function* (cut) {
    const theme = readTheme(cut, name);
    return theme && (yield* queueOf(cut, theme, { operators, now, next }));
  });
}

function* queueOf(
  cut: Cut,
  theme: ThemeReading,
  { next, ...asOf }: AsOf & { readonly next: number },
): Steps<QueueReading> {
  yield;
  const waiting: SessionReading[] = [];
  for (const session of sessionsOf(cut, theme, { part: 'waiting' })) {
    waiting.push(session);
    yield;
    if (waiting.length >= next) break;
  }
  return { ...theme, next: waiting.slice(0, next), ...asOfNow(theme, waiting[0], asOf) };
}

/** The operators that work, and the time in ms since 1970. */
interface AsOf {
  readonly operators: readonly OperatorState[];
  readonly now: number;
}

/** The fields of a queue that change without a record: by time, or as workers come and go. */
function asOfNow({ name, counts }: ThemeReading, first: SessionReading | undefined, { operators, now }: AsOf) {
  const isDue = first !== undefined && first.due <= now;
  return {
    oldest: isDue ? first : undefined,
    nextDue: isDue ? undefined : first?.due,
    rates: ratesOf(counts, now),
    workers: operators.flatMap((state) => (state.alive && state.operator.themes.includes(name) ? [state] : [])),
  };
}

/** A queue that was read with its `next`, as it is later, while nothing was written. */
export function queueLater(queue: QueueReading, asOf: AsOf): QueueReading {
  return { ...queue, ...asOfNow(queue, queue.next[0], asOf) };
}

/** Sessions that come and go per second, from the counts of the present span of time and the one before. */
export function ratesOf({ recent, earlier }: ThemeCounts, now: number): QueueReading['rates'] {
  const span = Math.floor(now / rateSpanMs);
  const seconds = (rateSpanMs + (now % rateSpanMs)) / 1_000;
  const rate = (latest: number, before: number) => {
    const counted = recent.span === span ? latest + before : recent.span === span - 1 ? latest : 0;
    return Math.round((counted / seconds) * 10) / 10;
  };
  return { in: rate(recent.in, earlier.in), out: rate(recent.out, earlier.out) };
}
