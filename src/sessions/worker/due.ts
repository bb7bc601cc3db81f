import { queuePrefix, sessionOfQueueKey, timeOfQueueKey } from '../../layout/queue-keys.ts';
import { isQueueTheme } from '../../pipeline/3-queued-request.ts';
import type { Cut } from '../../view/cut.ts';
import type { NamedTheme } from '../../view/known-themes.ts';
import { readThemeEntries } from '../read/read-session.ts';
import { type Fits, sortOut } from './known-requests.ts';
import { isSuspect } from './suspects.ts';
import type { DueTheme } from './turn-kind.ts';
import type { WorkThemes } from './work-themes.ts';

/** Requests of a queue that are due, and that the worker leaves to others: its app does not know their type. */
export interface LeftQueue {
  readonly theme: string;
  /** Those that were found on the way to what it may decide. */
  readonly sessions: readonly string[];
}

/** The work to do now, by theme, and when there will be more. */
export interface DueWork {
  readonly themes: readonly DueTheme[];
  readonly left: readonly LeftQueue[];
  /** When the next session that is not due yet will be, in ms since 1970. */
  readonly next: number | undefined;
}

/** Counts the sessions that may be led at `now`, up to `most` of a theme. Of `wanted` themes, or of all request queues too. */
export function findDue(
  cut: Cut,
  { wanted, queues, fits }: Pick<WorkThemes, 'wanted' | 'queues' | 'fits'>,
  { now, most }: { readonly now: number; readonly most: number },
): DueWork {
  const themes: DueTheme[] = [];
  const left: LeftQueue[] = [];
  let next: number | undefined;
  for (const theme of readThemeEntries(cut)) {
    if (theme.paused || !(wanted.has(theme.name) || (queues && isQueueTheme(theme.name)))) continue;
    const fit = fits(theme.name);
    const found = fit ? countFitting(cut, theme, { fits: fit, now, most }) : countDue(cut, theme, { now, most });
    const { suspect, left: leftHere = [] } = found;
    if (suspect !== undefined) themes.push({ name: theme.name, due: 1, session: suspect, alone: true });
    else if (found.due > 0) themes.push({ name: theme.name, due: found.due });
    if (leftHere.length > 0) left.push({ theme: theme.name, sessions: leftHere });
    if (found.next !== undefined) next = Math.min(next ?? found.next, found.next);
  }
  return { themes, left, next };
}

interface DueCount {
  readonly due: number;
  readonly next?: number;
  /** Sessions that the worker leaves to others. */
  readonly left?: readonly string[];
  /** The first session, if it is to be led alone. */
  readonly suspect?: string;
}

/** Counts those before the first one that is to be led alone: what is led by theme comes in this order. */
function countDue(
  cut: Cut,
  { number }: NamedTheme,
  { now, most }: { readonly now: number; readonly most: number },
): DueCount {
  let due = 0;
  for (const key of cut.queueKeys(queuePrefix(number, 'waiting'))) {
    const time = timeOfQueueKey(key);
    if (time > now) return { due, next: time };
    const session = sessionOfQueueKey(key);
    if (isSuspect(cut, session)) return due > 0 ? { due } : { due, suspect: session };
    due += 1;
    if (due === most) break;
  }
  return { due };
}

/** The same of a queue of which the worker may decide only some requests. */
function countFitting(
  cut: Cut,
  { number }: NamedTheme,
  { fits, now, most }: { readonly fits: Fits; readonly now: number; readonly most: number },
): DueCount {
  let next: number | undefined;
  function* dueKeys() {
    for (const key of cut.queueKeys(queuePrefix(number, 'waiting'))) {
      const time = timeOfQueueKey(key);
      if (time > now) next = time;
      if (next !== undefined) return;
      yield key;
    }
  }
  const { fitting, left } = sortOut(cut, dueKeys(), { fits, most });
  const more = next === undefined ? { left } : { left, next };
  const at = fitting.findIndex((session) => isSuspect(cut, session));
  const [first] = fitting;
  if (at === 0 && first !== undefined) return { due: 0, suspect: first, ...more };
  return { due: at === -1 ? fitting.length : at, ...more };
}

/**
 * Shares free places among themes, one each in turn, from the one whose turn it is: a long queue does not starve a
 * short one. `room` tells how many more a theme may have.
 */
export function sharePlaces(
  themes: readonly DueTheme[],
  { places, first }: { readonly places: number; readonly first: number },
  room: (theme: string) => number,
): readonly string[] {
  const left = themes.map(({ name, due }) => ({ name, left: Math.min(due, room(name)) }));
  const shared: string[] = [];
  for (let i = first; shared.length < places && left.some((theme) => theme.left > 0); i++) {
    const theme = left[i % left.length];
    if (!theme || theme.left === 0) continue;
    theme.left -= 1;
    shared.push(theme.name);
  }
  return shared;
}
