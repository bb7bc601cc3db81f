import { limits } from '../../../core/base/limits.ts';
import type { StuckSession, WaitChain } from '../../../index.ts';
import { type AppState, loadedValue } from '../../model/app-state.ts';
import { type Place, placeOfSession, type Want } from '../../model/places.ts';
import type { Screen, ScreenRow } from '../../model/screen.ts';
import { stuckFields } from '../../parts/row-fields.ts';
import { ageOf, clockOf } from '../../parts/row-parts.ts';
import { sessionActions } from '../../parts/session-actions.ts';
import { stuckDetail, stuckHead, stuckLine } from './stuck-view.ts';

type Here = Extract<Place, { readonly screen: 'stuck' }>;

/** Sessions that do not go on by themselves: why, whose they were, what waits for them, what to do. */
export const stuckScreen: Screen<Here> = {
  title: ({ theme }) => (theme === undefined ? 'stuck' : `stuck of ${theme}`),
  wants: (_, { list }) => (list.id === undefined ? [] : [chainOf(list.id)]),
  rows: (state, place) => listed(state, place).map((one) => rowOf(one, state.overview?.time ?? state.now)),
  isCut: (state, place) => {
    const counts = new Map<string, number>();
    for (const { reason, session } of listed(state, place)) {
      const kind = `${reason} ${session.themeName}`;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    return Math.max(0, ...counts.values()) >= limits.stuckCountedMax;
  },
  head: (_, __, { columns }) => [stuckHead(columns)],
  detail: (state, row, room) => {
    const one = find(state, row);
    if (!one) return [];
    const chain = loadedValue<WaitChain>(state, chainOf(one.session.id));
    return stuckDetail({ one, chain, sign: signOf(one, state) }, state.look, room);
  },
  empty: ({ overview }) => {
    if (!overview) return 'Reading …';
    const active = overview.queues.reduce((sum, { counts }) => sum + counts.active, 0);
    return `No stuck session; ${active} led; looked at ${clockOf(overview.time)}.`;
  },
  actions: (state, _, row) => {
    const one = find(state, row);
    return one ? sessionActions(one.session) : [];
  },
};

/** Worst first, as the needs of the overview are; of the same level the one that has been so for longest. */
function listed({ overview }: AppState, { theme }: Here): readonly StuckSession[] {
  const all = overview?.stuck ?? [];
  const shown = theme === undefined ? all : all.filter(({ session }) => session.themeName === theme);
  return shown.toSorted((a, b) => Number(willGoOn(a)) - Number(willGoOn(b)) || b.age - a.age);
}

function willGoOn({ reason }: StuckSession): boolean {
  return reason === 'failing' || reason === 'slow';
}

function chainOf(id: string): Want {
  return { want: 'waiting', id };
}

function rowOf(one: StuckSession, time: number): ScreenRow {
  const { session } = one;
  return {
    id: session.id,
    fields: stuckFields(one, time),
    draw: (total) => stuckLine(one, total),
    link: placeOfSession(session.id, session.themeName),
  };
}

function find({ overview }: AppState, row: ScreenRow | undefined): StuckSession | undefined {
  return overview?.stuck.find(({ session }) => session.id === row?.id);
}

/** Its owner, now or last, and how old the sign of life is. */
function signOf({ session, owner, reason }: StuckSession, { overview }: AppState): string {
  const { epoch, order, since } = session;
  const holds = order === undefined ? '' : `; order key ${order}`;
  if (owner === undefined) return `led by nobody; epoch ${epoch}${holds}`;
  const worker = overview?.workers.find(({ operator }) => operator.id === owner);
  const now = overview?.time ?? since;
  const life = worker
    ? `alive, process ${worker.operator.process} on ${worker.operator.host}, lease until ${clockOf(worker.until)}`
    : reason === 'parked' || reason === 'failing' || reason === 'overdue'
      ? 'led it last'
      : `no sign of life; it took the session ${ageOf(now - since)} ago`;
  return `${owner}: ${life}; epoch ${epoch}${holds}`;
}
