import { crc32 } from 'node:zlib';
import { given } from '../../src/core/base/given.ts';
import type { JsonObject } from '../../src/core/base/json.ts';
import type { Change } from '../../src/core/fold/change.ts';
import type { Chunk, Session, SessionStatus } from '../../src/core/fold/session.ts';
import type { Operation } from '../../src/core/log/operation.ts';
import type { ThemeCounts } from '../../src/layout/theme-counts.ts';
import type { Ending } from './completion.ts';

// Sessions, defined a second time: nothing is kept but the log, and all is folded again whenever it is asked for.

/** A record as far as it concerns sessions: the changes of the engine's own keys. */
export interface EngineRecord {
  readonly position: number;
  readonly time: number;
  readonly engine: readonly Change[];
}

/** A session as of a position; `session` is undefined once it is removed. */
export interface Found {
  readonly id: string;
  readonly session: Session | undefined;
  readonly version: number;
  readonly position: number;
  readonly chunks: readonly Chunk[];
  /** The record that made it, and what that said. */
  readonly made: { readonly position: number; readonly chunk: Chunk; readonly theme: number; readonly order?: string };
}

/** A request whose answer a session brings. */
interface Answering {
  readonly id: string;
  readonly correlation?: string;
}

export interface Theme {
  readonly number: number;
  readonly paused: boolean;
}

/** What an operation comes to: changes to log, an earlier record, or why nothing happens. */
export type Outcome =
  | { readonly changes: readonly Change[]; readonly session: string }
  | { readonly duplicate: number; readonly session: string }
  | { readonly idle: number | 'never' }
  | { readonly refused: string };

type Live = Found & { readonly session: Session };

const sessionKey = (id: string) => `\u0001${id}`;
const themeKey = (name: string) => `\u0002${name}`;
const spanMs = 10_000;

export class SessionModel {
  private readonly log: () => readonly EngineRecord[];
  /** All sessions as of positions that were asked for: only spares time, and is dropped with each record. */
  private readonly folded = new Map<number, ReadonlyMap<string, Found>>();
  private foldedOf: EngineRecord | undefined;

  constructor(log: () => readonly EngineRecord[]) {
    this.log = log;
  }

  /** A session as it was when the log ended at `upTo`; undefined when there never was one. */
  at(id: string, upTo?: number): Found | undefined {
    return this.all(upTo).get(id);
  }

  /** Ids of all sessions that ever were, oldest first. */
  ids(upTo?: number): string[] {
    return [...this.all(upTo).keys()];
  }

  themes(upTo?: number): ReadonlyMap<string, Theme> {
    const themes = new Map<string, Theme>();
    for (const { engine } of this.records(upTo)) {
      for (const { key, value } of engine) {
        if (!key.startsWith('\u0002')) continue;
        const known = themes.get(key.slice(1));
        const { number = known?.number ?? 0, paused = known?.paused } = value as { number?: number; paused?: boolean };
        themes.set(key.slice(1), { number, paused: paused === true });
      }
    }
    return themes;
  }

  /** Live sessions of a theme that `which` picks, by when they are due, or since when they have their status. */
  list(theme: number, which: readonly SessionStatus[], upTo?: number): Live[] {
    const time = ({ status, due, since }: Session) => (status === 'ready' || status === 'stored' ? due : since);
    return this.live(theme, upTo)
      .filter(({ session }) => which.includes(session.status))
      .sort((a, b) => time(a.session) - time(b.session) || byAge(a, b));
  }

  /** Live sessions of an order key, oldest first. */
  line(theme: number, order: string, upTo?: number): Live[] {
    return this.live(theme, upTo)
      .filter(({ session }) => session.order === order)
      .sort(byAge);
  }

  live(theme: number, upTo?: number): Live[] {
    return [...this.all(upTo).values()].filter((found): found is Live => found.session?.theme === theme);
  }

  counts(theme: number): ThemeCounts {
    const count = (status: SessionStatus) => this.list(theme, [status]).length;
    const touched = this.records().flatMap(({ engine, time, position }) =>
      engine
        .filter(({ key }) => key.startsWith('\u0001') && this.themeOf(key.slice(1)) === theme)
        .map(({ op }) => ({ op, position, span: Math.floor(time / spanMs) })),
    );
    const span = touched.at(-1)?.span ?? 0;
    const number = (op: string, in_?: number) =>
      touched.filter((each) => each.op === op && (in_ ?? each.span) === each.span).length;
    return {
      ...{ ready: count('ready'), behind: count('behind'), active: count('active') },
      ...{ stored: count('stored'), parked: count('parked') },
      ...{ created: number('session.new'), removed: number('session.remove') },
      recent: { span, in: number('session.new', span), out: number('session.remove', span) },
      earlier: { in: number('session.new', span - 1), out: number('session.remove', span - 1) },
    };
  }

  /** What an operation would come to at `time` and `position`. */
  decide(operation: Operation, time: number): Outcome {
    switch (operation.op) {
      case 'theme':
        return this.changeTheme(operation);
      case 'new':
        return this.make(operation, time);
      case 'lead':
        return this.lead(operation, time);
      case 'together':
        throw new Error('the model plays single operations');
      default:
        return this.step(operation, time);
    }
  }

  /** What a session belongs to, if that was said. */
  correlationOf(session: string): string | undefined {
    return this.at(session)?.session?.correlation;
  }

  /** What the end of a request does to its session: its removal, and the response; or why it may not end it. */
  complete({ session, epoch, respond }: Ending, { id, correlation = id }: Answering, response: JsonObject): Outcome {
    const led = this.at(session)?.session;
    if (!led) return { refused: 'SESSION_GONE' };
    if (led.status !== 'active' || led.epoch !== epoch) return { refused: 'SESSION_FENCED' };
    const theme = respond === undefined ? undefined : this.register(respond);
    if (typeof theme === 'string') return { refused: theme };
    const changes = [...this.removal(session, { epoch })];
    const name = `txlog.response/${id}`;
    if (respond !== undefined && !this.at(name)) {
      const made = this.make(
        {
          op: 'new',
          session: name,
          theme: respond,
          chunk: { data: response },
          bytes: Buffer.byteLength(JSON.stringify(response)),
          links: { correlation, causation: id },
        },
        0,
      );
      if ('changes' in made) changes.push(...made.changes);
    }
    return { changes, session };
  }

  /** Every session that ever was, oldest first. */
  private all(upTo = Number.POSITIVE_INFINITY): ReadonlyMap<string, Found> {
    const last = this.log().at(-1);
    if (last !== this.foldedOf) this.folded.clear();
    this.foldedOf = last;
    const known = this.folded.get(upTo);
    if (known) return known;
    const all = new Map<string, Found>();
    for (const record of this.records(upTo)) {
      for (const change of record.engine) {
        const id = change.key.slice(1);
        if (change.key.startsWith('\u0001')) all.set(id, step(all.get(id), id, change, record));
      }
    }
    this.folded.set(upTo, all);
    return all;
  }

  private records(upTo = Number.POSITIVE_INFINITY): readonly EngineRecord[] {
    return this.log().filter(({ position }) => position <= upTo);
  }

  private themeOf(id: string): number {
    return this.at(id)?.made.theme ?? -1;
  }

  private find(theme: string | number): Theme | undefined {
    const themes = this.themes();
    return typeof theme === 'string' ? themes.get(theme) : [...themes.values()].find(({ number }) => number === theme);
  }

  /** The theme's number, and the change that registers it; or why it can have none. */
  private register(theme: string | number, wanted?: number): { number: number; changes: Change[] } | string {
    const known = this.find(theme);
    if (known) return { number: known.number, changes: [] };
    if (typeof theme === 'number') return 'THEME_NOT_FOUND';
    const number = wanted ?? crc32(theme);
    if (this.find(number)) return 'THEME_CONFLICT';
    return { number, changes: [{ op: 'set', key: themeKey(theme), value: { number } }] };
  }

  private changeTheme({ theme, number, paused }: Operation & { op: 'theme' }): Outcome {
    const registered = this.register(theme, number);
    if (typeof registered === 'string') return { refused: registered };
    const { changes } = registered;
    if (paused !== undefined && paused !== (this.find(theme)?.paused ?? false))
      changes.push({ op: 'merge', key: themeKey(theme), value: { paused: paused || null } });
    if (changes.length > 0) return { changes, session: '' };
    const touching = this.records().filter(({ engine }) => engine.some(({ key }) => key === themeKey(theme)));
    return { duplicate: touching.at(-1)?.position ?? 0, session: '' };
  }

  private make(operation: Operation & { op: 'new' }, time: number): Outcome {
    const { session, theme, number: wanted, chunk, delay = 0, order, bytes = 0, links } = operation;
    const known = this.at(session);
    if (known) {
      const same =
        known.made.theme === this.find(theme)?.number &&
        JSON.stringify(known.made.chunk) === JSON.stringify(chunk) &&
        known.made.order === order;
      return same ? { duplicate: known.made.position, session } : { refused: 'REQUEST_ID_CONFLICT' };
    }
    const registered = this.register(theme, wanted);
    if (typeof registered === 'string') return { refused: registered };
    const { number, changes } = registered;
    const value = {
      theme: number,
      ...(delay > 0 && { due: time + Math.round(delay * 1000) }),
      ...given({ order }),
      ...(order !== undefined && this.line(number, order).length > 0 && { behind: true }),
      bytes,
      ...links,
      ...chunk,
    };
    return { changes: [...changes, { op: 'session.new', key: sessionKey(session), value }], session };
  }

  private lead({ session, theme, operator, lease }: Operation & { op: 'lead' }, time: number): Outcome {
    const of = theme === undefined ? undefined : this.find(theme);
    const [first] = of && !of.paused ? this.list(of.number, ['ready', 'stored']) : [];
    if (session === undefined && (!first || first.session.due > time)) return { idle: first?.session.due ?? 'never' };
    const id = session ?? (first?.id as string);
    const now = this.at(id)?.session;
    if (!now) return { refused: 'SESSION_GONE' };
    if (now.status !== 'ready' && now.status !== 'stored') return { refused: 'SESSION_BUSY' };
    return { changes: [{ op: 'session.lead', key: sessionKey(id), value: { operator, lease } }], session: id };
  }

  private step(operation: Exclude<Operation, { op: 'theme' | 'new' | 'lead' | 'together' }>, time: number): Outcome {
    const { op, session, epoch, force } = operation;
    const now = this.at(session)?.session;
    if (!now) return { refused: 'SESSION_GONE' };
    if (epoch !== undefined && (now.status !== 'active' || now.epoch !== epoch)) return { refused: 'SESSION_FENCED' };
    if (epoch === undefined && now.status === 'active' && !force) return { refused: 'SESSION_ACTIVE' };
    const by = { ...given({ epoch }), ...(force && { force }) };
    if (op === 'store' && now.status === 'parked') return { refused: 'SESSION_BUSY' };
    if (op === 'remove') return { changes: this.removal(session, by), session };
    return {
      changes: [{ op: `session.${op}`, key: sessionKey(session), value: { ...by, ...this.details(operation, time) } }],
      session,
    };
  }

  private details(
    operation: Exclude<Operation, { op: 'theme' | 'new' | 'lead' | 'together' }>,
    time: number,
  ): JsonObject {
    switch (operation.op) {
      case 'append':
      case 'replace':
        return { bytes: operation.bytes ?? 0, ...operation.chunk };
      case 'store': {
        const { seconds, error, interrupted } = operation;
        const why = { ...(interrupted && { interrupted }), ...given({ error }) };
        return { due: time + Math.round(seconds * 1000), ...why };
      }
      case 'park':
        return { error: operation.error };
      default:
        return this.isFirst(operation.session) ? {} : { behind: true };
    }
  }

  private known(id: string): Session {
    return (this.at(id) as Live).session;
  }

  /** Only the oldest of a line may run. */
  private isFirst(id: string): boolean {
    const { order, theme } = this.known(id);
    return order === undefined || this.line(theme, order)[0]?.id === id;
  }

  private removal(id: string, by: JsonObject): Change[] {
    const { order, theme } = this.known(id);
    const removed: Change = { op: 'session.remove', key: sessionKey(id), value: by };
    const [first, second] = order === undefined ? [] : this.line(theme, order);
    if (first?.id !== id || second?.session.status !== 'behind') return [removed];
    return [removed, { op: 'session.turn', key: sessionKey(second.id) }];
  }
}

const byAge = (a: Live, b: Live) =>
  a.session.created - b.session.created || Buffer.compare(Buffer.from(a.id), Buffer.from(b.id));

function chunkIn(value: JsonObject): Chunk {
  return 'base64' in value ? { base64: value.base64 as string } : { data: value.data ?? null };
}

function step(before: Found | undefined, id: string, change: Change, { position, time }: EngineRecord): Found {
  const value = (change.value ?? {}) as JsonObject;
  const fresh = { id, version: (before?.version ?? 0) + 1, position };
  if (!before?.session) {
    const chunk = chunkIn(value);
    const session = begin(value, position, time);
    const { theme, order } = session;
    const made = { position, chunk, theme, ...given({ order }) };
    return { ...fresh, session, chunks: [chunk], made };
  }
  const { chunks, made } = before;
  const session = after(before.session, change.op, value, { position, time });
  if (change.op === 'session.append') return { ...fresh, made, session, chunks: [...chunks, chunkIn(value)] };
  if (change.op === 'session.replace') return { ...fresh, made, session, chunks: [chunkIn(value)] };
  return { ...fresh, made, session, chunks };
}

function begin(value: JsonObject, position: number, time: number): Session {
  const fields = value as unknown as Session & { behind?: boolean };
  const { theme, due = time, order, behind, bytes, correlation, causation } = fields;
  return {
    theme,
    status: behind ? 'behind' : due > time ? 'stored' : 'ready',
    ...{ epoch: 0, attempts: 0, created: position, createdAt: time, since: time, due },
    ...given({ order }),
    ...given({ correlation }),
    ...given({ causation }),
    ...{ from: position, chunks: 1, bytes },
  };
}

function after(
  session: Session,
  op: Change['op'],
  value: JsonObject,
  { position, time }: { position: number; time: number },
): Session | undefined {
  const { status, epoch, attempts, due, bytes } = session;
  const given = value as unknown as Session & { behind?: boolean; interrupted?: boolean };
  const { error: _, ...clean } = session;
  switch (op) {
    case 'session.lead':
      return {
        ...{ ...session, status: 'active', epoch: epoch + 1, attempts: attempts + 1, since: time },
        ...{ operator: given.operator as string, lease: given.lease as number },
      };
    case 'session.append':
      return { ...session, chunks: session.chunks + 1, bytes: bytes + given.bytes };
    case 'session.replace':
      return { ...session, from: position, chunks: 1, bytes: given.bytes };
    case 'session.store': {
      const next = status === 'behind' ? status : 'stored';
      const rest = { status: next, since: time, due: given.due } as const;
      const why = given.error === undefined ? {} : { error: given.error };
      if (given.interrupted) return { ...session, ...rest, ...why, attempts: attempts - (status === 'active' ? 1 : 0) };
      return given.error === undefined ? { ...clean, ...rest, attempts: 0 } : { ...clean, ...rest, error: given.error };
    }
    case 'session.park':
      return { ...clean, status: 'parked', since: time, error: given.error as string };
    case 'session.ready':
      return { ...session, status: given.behind ? 'behind' : 'ready', attempts: 0, since: time, due: time };
    case 'session.turn':
      return { ...session, status: due > time ? 'stored' : 'ready', since: time };
    default:
      return undefined;
  }
}
