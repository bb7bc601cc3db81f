import { sagaOfTheme } from '../core/app/saga.ts';
import { shellWord } from '../core/base/shell-word.ts';
import type { QueueReading } from '../sessions/read/read-queues.ts';
import type { StuckSession } from '../sessions/worker/find-stuck.ts';
import type { OriginStatus } from '../sync/sync.ts';

/** Something that a person has to see to, and what to do about it. */
export interface Need {
  /** `bad`: something does not go on. `warn`: it will, or somebody wanted it so. */
  readonly level: 'bad' | 'warn';
  /** The thing that it is about: of many sessions that are stuck in one way, their theme. */
  readonly about: { readonly kind: 'session' | 'saga' | 'queue' | 'origin'; readonly name: string };
  readonly text: string;
  /** For how long it has been so, in ms, where that is known. */
  readonly age?: number;
  /** Command to run. */
  readonly next: string;
}

/** Up to so many sessions that are stuck for the same reason have a line each. */
const aloneMax = 3;

/** All that a person has to see to, worst first. */
export function findNeeds(
  stuck: readonly StuckSession[],
  queues: readonly QueueReading[],
  origins: readonly OriginStatus[],
): readonly Need[] {
  const needs = [...stuckNeeds(stuck), ...queues.flatMap(pausedNeed), ...origins.flatMap(lagNeed)];
  return needs.sort((a, b) => rank(a) - rank(b) || (b.age ?? 0) - (a.age ?? 0));
}

function rank({ level }: Need): number {
  return level === 'bad' ? 0 : 1;
}

function stuckNeeds(stuck: readonly StuckSession[]): Need[] {
  const alike = new Map<string, StuckSession[]>();
  for (const one of stuck) {
    const kind = `${one.reason} ${one.session.themeName}`;
    const others = alike.get(kind);
    if (others) others.push(one);
    else alike.set(kind, [one]);
  }
  return [...alike.values()].flatMap((group) => (isTold(group) ? group.map(oneNeed) : [groupNeed(group)]));
}

/** Whether each has a line of its own: what is overdue is a matter of its queue. */
function isTold(group: readonly StuckSession[]): boolean {
  return group.length <= aloneMax && group[0]?.reason !== 'overdue';
}

function oneNeed({ session, reason, detail, age, next }: StuckSession): Need {
  const kind = sagaOfTheme(session.themeName) === undefined ? 'session' : 'saga';
  const text = detail === reason ? reason : `${reason}: ${detail}`;
  return { level: levelOf(reason), about: { kind, name: session.id }, text, age, next };
}

function groupNeed(group: readonly StuckSession[]): Need {
  const [first] = group as readonly [StuckSession, ...StuckSession[]];
  const { session, reason, next } = first;
  const theme = session.themeName;
  const age = group.reduce((oldest, one) => Math.max(oldest, one.age), 0);
  const noun = group.length === 1 ? 'session' : 'sessions';
  const text = `${group.length} ${noun} ${reason === 'overdue' ? first.detail.replace(/^.*?: /, 'overdue: ') : reason}`;
  const isOne = reason === 'overdue' || reason === 'unknown';
  const command = isOne ? next : `txlog session stuck --theme ${shellWord(theme)}`;
  return { level: levelOf(reason), about: { kind: 'queue', name: theme }, text, age, next: command };
}

function levelOf(reason: StuckSession['reason']): Need['level'] {
  return reason === 'failing' || reason === 'slow' ? 'warn' : 'bad';
}

function pausedNeed({ name, paused, counts }: QueueReading): Need[] {
  const waiting = counts.ready + counts.behind;
  if (!paused || waiting === 0) return [];
  const text = `paused, ${waiting} ${waiting === 1 ? 'session waits' : 'sessions wait'}`;
  return [{ level: 'warn', about: { kind: 'queue', name }, text, next: `txlog queue resume ${shellWord(name)}` }];
}

function lagNeed({ origin, lag }: OriginStatus): Need[] {
  if (lag.records === 0) return [];
  const text = `${lag.records} records behind, ${Math.round(lag.seconds)} s`;
  return [{ level: 'warn', about: { kind: 'origin', name: origin }, text, next: 'txlog sync status' }];
}
