import { queuePrefix, timeOfQueueKey } from '../../layout/queue-keys.ts';
import { isQueueTheme } from '../../pipeline/3-queued-request.ts';
import type { NamedTheme } from '../../view/known-themes.ts';
import { readThemeEntries, type Source } from '../read/session.ts';

/** What there is to do in a theme. */
export interface DueTheme {
  readonly name: string;
  /** Sessions that may be led now; counted up to a bound. */
  readonly due: number;
  /** The session to lead, in place of the first of the theme. */
  readonly session?: string;
}

/** What there is to do now, by theme, and when there will be more. */
export interface DueWork {
  readonly themes: readonly DueTheme[];
  /** When the next session that is not due yet will be, in ms since 1970. */
  readonly next: number | undefined;
}

/** Counts the sessions that may be led at `now`, up to `most` of a theme. Of `wanted` themes, or of all request queues too. */
export function findDue(
  source: Source,
  { wanted, queues }: { readonly wanted: ReadonlySet<string>; readonly queues: boolean },
  now: number,
  most: number,
): DueWork {
  const themes: DueTheme[] = [];
  let next: number | undefined;
  for (const theme of readThemeEntries(source)) {
    if (theme.paused || !(wanted.has(theme.name) || (queues && isQueueTheme(theme.name)))) continue;
    const found = countDue(source, theme, now, most);
    if (found.due > 0) themes.push({ name: theme.name, due: found.due });
    if (found.next !== undefined) next = Math.min(next ?? found.next, found.next);
  }
  return { themes, next };
}

function countDue({ view, snapshot }: Source, { number }: NamedTheme, now: number, most: number) {
  let due = 0;
  for (const key of view.queueKeys(snapshot, queuePrefix(number, 'waiting'))) {
    const time = timeOfQueueKey(key);
    if (time > now) return { due, next: time };
    due += 1;
    if (due === most) break;
  }
  return { due, next: undefined };
}

/**
 * Shares free places among themes, one each in turn, from the one whose turn it is: a long queue does not starve a
 * short one. `room` tells how many more a theme may have.
 */
export function sharePlaces(
  themes: readonly DueTheme[],
  places: number,
  first: number,
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
