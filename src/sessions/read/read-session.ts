import { type Chunk, type Session, sessionIn, sessionKey, type ThemeEntry, themeKey } from '../../core/fold/session.ts';
import { chunkOf } from '../../core/fold/session-fold.ts';
import type { State } from '../../core/fold/state.ts';
import { type QueuePart, queuePrefix, sessionOfQueueKey } from '../../layout/queue-keys.ts';
import { readThemeCounts, type ThemeCounts } from '../../layout/theme-counts.ts';
import type { Cut } from '../../view/cut.ts';
import type { NamedTheme } from '../../view/known-themes.ts';
import { stateAtSteps } from '../../view/time-travel.ts';
import { type Steps, takeAllSteps } from '../../view/turns.ts';

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

/** A session now, or as of a position; undefined when there was none, or it was removed. */
export function readSession(cut: Cut, id: string, asOf?: number): SessionReading | undefined {
  return takeAllSteps(sessionInSteps(cut, id, asOf));
}

/** As `readSession`, in steps: the life of a session may be long. */
export function* sessionInSteps(cut: Cut, id: string, asOf?: number): Steps<SessionReading | undefined> {
  const key = sessionKey(id);
  const isNow = asOf === undefined;
  const state = isNow ? cut.state(key) : yield* stateAtSteps(cut, key, asOf);
  return state && toReading(cut, id, state);
}

function toReading(cut: Cut, id: string, state: State): SessionReading | undefined {
  const session = sessionIn(state);
  if (!session) return undefined;
  const { version, position } = state;
  return { ...session, id, version, position, themeName: themeName(cut, session.theme) };
}

/** All themes that were ever used, by name. */
export function readThemes(cut: Cut): readonly ThemeReading[] {
  return cut
    .themes()
    .all()
    .map(({ name, number, paused = false }) => ({
      ...{ name, number, paused },
      counts: readThemeCounts(cut.snapshot, number),
    }));
}

/** Names and numbers of all themes that were ever used, by name. */
export function readThemeEntries(cut: Cut): readonly NamedTheme[] {
  return cut.themes().all();
}

/** A theme by its name, or undefined when no session ever had it. */
export function readTheme(cut: Cut, name: string): ThemeReading | undefined {
  const state = cut.state(themeKey(name));
  if (!state?.exists) return undefined;
  const { number, paused = false } = state.value as unknown as ThemeEntry;
  return { name, number, paused, counts: readThemeCounts(cut.snapshot, number) };
}

/** Name of a theme; its number as text when it has none. */
function themeName(cut: Cut, number: number): string {
  return cut.themes().nameOf(number) ?? String(number);
}

/** Sessions of one part of a theme, in the order in which they come. */
export function* sessionsOf(
  cut: Cut,
  theme: Pick<ThemeReading, 'name' | 'number'>,
  part: { readonly part: QueuePart; readonly after?: string | undefined },
): Generator<SessionReading> {
  for (const one of sessionStatesOf(cut, theme, part)) yield readingOf(one, theme);
}

/** A session as its state has it. */
export interface SessionState {
  readonly id: string;
  readonly session: Session;
  readonly state: State;
}

/** As `sessionsOf`, for who passes over most of them: a reading copies all fields. */
export function* sessionStatesOf(
  cut: Cut,
  { number }: Pick<ThemeReading, 'number'>,
  { part, after }: { readonly part: QueuePart; readonly after?: string | undefined },
): Generator<SessionState> {
  const prefix = queuePrefix(number, part);
  for (const key of cut.queueKeys(prefix, after === undefined ? prefix : `${after}\u0000`)) {
    const id = sessionOfQueueKey(key);
    const state = cut.state(sessionKey(id));
    const session = sessionIn(state);
    if (state && session) yield { id, session, state };
  }
}

/** The session of a theme, with all that is read of it. */
export function readingOf({ id, session, state }: SessionState, { name }: Pick<ThemeReading, 'name'>): SessionReading {
  return { ...session, id, version: state.version, position: state.position, themeName: name };
}

/** The chunks of a session's data that count now: since the last Replace. At most `limit` of them. */
export function readChunks(cut: Cut, session: Chunked, limit?: number): readonly Chunk[] {
  return takeAllSteps(chunksInSteps(cut, session, limit));
}

/** A session whose data are read. */
type Chunked = Pick<SessionReading, 'id' | 'from' | 'chunks' | 'position'>;

/** As `readChunks`, in steps of one chunk. */
export function* chunksInSteps(cut: Cut, session: Chunked, limit = Number.MAX_SAFE_INTEGER): Steps<readonly Chunk[]> {
  const key = sessionKey(session.id);
  const chunks: Chunk[] = [];
  // The record that brought the only chunk is known.
  const positions = session.chunks === 1 ? [session.from] : cut.applied(key, session.from);
  for (const position of positions) {
    if (position > session.position || chunks.length === Math.min(session.chunks, limit)) break;
    yield;
    for (const change of cut.folded(position)?.changes ?? []) {
      const chunk = change.key === key ? chunkOf(change) : undefined;
      if (chunk) chunks.push(chunk);
    }
  }
  return chunks;
}
