import { asSession, type Chunk, type Session, sessionKey, type ThemeEntry, themeKey } from '../../core/fold/session.ts';
import { chunkOf } from '../../core/fold/session-fold.ts';
import type { State } from '../../core/fold/state.ts';
import { type QueuePart, queuePrefix, sessionOfQueueKey } from '../../layout/queue-keys.ts';
import { readThemeCounts, type ThemeCounts } from '../../layout/themes.ts';
import type { Snapshot } from '../../ports/storage.ts';
import type { NamedTheme } from '../../view/known-themes.ts';
import { stateAtSteps } from '../../view/time-travel.ts';
import { type Steps, takeAllSteps } from '../../view/turns.ts';
import type { View } from '../../view/view.ts';

/** A session as readers get it. Times in ms since 1970. */
export interface SessionReading extends Session {
  readonly id: string;
  /** Name of its theme. */
  readonly themeName: string;
  /** How many records it has in the log, and the position of the last. */
  readonly version: number;
  readonly position: number;
}

/** A theme as readers get it, with the counts of its sessions as of the head. */
export interface ThemeReading {
  readonly name: string;
  readonly number: number;
  readonly paused: boolean;
  readonly counts: ThemeCounts;
}

/** One consistent view. */
export interface Source {
  readonly view: View;
  readonly snapshot: Snapshot;
}

/** A session now, or as of a position; undefined when there was none, or it was removed. */
export function readSession(source: Source, id: string, asOf?: number): SessionReading | undefined {
  return takeAllSteps(sessionInSteps(source, id, asOf));
}

/** As `readSession`, in steps: the life of a session may be long. */
export function* sessionInSteps(
  { view, snapshot }: Source,
  id: string,
  asOf?: number,
): Steps<SessionReading | undefined> {
  const key = sessionKey(id);
  const isNow = asOf === undefined;
  const state = isNow ? view.entry(snapshot, key)?.state : yield* stateAtSteps(view, snapshot, key, asOf);
  return state && toReading({ view, snapshot }, id, state);
}

function toReading(
  source: Source,
  id: string,
  { exists, value, version, position }: State,
): SessionReading | undefined {
  const session = exists ? asSession(value) : undefined;
  if (!session) return undefined;
  return { ...session, id, version, position, themeName: themeName(source, session.theme) };
}

/** All themes that were ever used, by name. */
export function readThemes({ view, snapshot }: Source): readonly ThemeReading[] {
  return view
    .knownThemes(snapshot)
    .all()
    .map(({ name, number, paused = false }) => ({
      ...{ name, number, paused },
      counts: readThemeCounts(snapshot, number),
    }));
}

/** Names and numbers of all themes that were ever used, by name. */
export function readThemeEntries({ view, snapshot }: Source): readonly NamedTheme[] {
  return view.knownThemes(snapshot).all();
}

/** A theme by its name, or undefined when no session ever had it. */
export function readTheme({ view, snapshot }: Source, name: string): ThemeReading | undefined {
  const state = view.entry(snapshot, themeKey(name))?.state;
  if (!state?.exists) return undefined;
  const { number, paused = false } = state.value as unknown as ThemeEntry;
  return { name, number, paused, counts: readThemeCounts(snapshot, number) };
}

/** Name of a theme; its number as text when it has none. */
function themeName({ view, snapshot }: Source, number: number): string {
  return view.knownThemes(snapshot).nameOf(number) ?? String(number);
}

/** Sessions of one part of a theme, in the order in which they come. */
export function* sessionsOf(
  source: Source,
  theme: Pick<ThemeReading, 'name' | 'number'>,
  part: QueuePart,
  after?: string,
): Generator<SessionReading> {
  const { view, snapshot } = source;
  const prefix = queuePrefix(theme.number, part);
  for (const key of view.queueKeys(snapshot, prefix, after === undefined ? prefix : `${after}\u0000`)) {
    const id = sessionOfQueueKey(key);
    const state = view.entry(snapshot, sessionKey(id))?.state;
    const session = state?.exists ? asSession(state.value) : undefined;
    if (state && session)
      yield { ...session, id, version: state.version, position: state.position, themeName: theme.name };
  }
}

/** The chunks of a session's data that count now: since the last Replace. At most `limit` of them. */
export function readChunks(source: Source, session: Chunked, limit?: number): readonly Chunk[] {
  return takeAllSteps(chunksInSteps(source, session, limit));
}

/** A session whose data are read. */
type Chunked = Pick<SessionReading, 'id' | 'from' | 'chunks' | 'position'>;

/** As `readChunks`, in steps of one chunk. */
export function* chunksInSteps(
  { view, snapshot }: Source,
  session: Chunked,
  limit = Number.MAX_SAFE_INTEGER,
): Steps<readonly Chunk[]> {
  const key = sessionKey(session.id);
  const chunks: Chunk[] = [];
  // The record that brought the only chunk is known.
  const positions = session.chunks === 1 ? [session.from] : view.applied(snapshot, key, session.from);
  for (const position of positions) {
    if (position > session.position || chunks.length === Math.min(session.chunks, limit)) break;
    yield;
    for (const change of view.catalog.folded(snapshot, position)?.changes ?? []) {
      const chunk = change.key === key ? chunkOf(change) : undefined;
      if (chunk) chunks.push(chunk);
    }
  }
  return chunks;
}
