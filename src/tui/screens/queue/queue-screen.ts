import type { SessionReading } from '../../../index.ts';
import { line, span } from '../../line/styled-line.ts';
import type { Action } from '../../model/action.ts';
import { type AppState, loadedValue, loadProblem } from '../../model/app-state.ts';
import { type Place, placeOfSession, type Want } from '../../model/places.ts';
import type { Screen, ScreenRow } from '../../model/screen.ts';
import { countOf } from '../../parts/row-parts.ts';
import { sessionActions } from '../../parts/session-actions.ts';
import { sessionLine, sessionsHead } from './queue-view.ts';

type Here = Extract<Place, { readonly screen: 'queue' }>;

/** Sessions of a queue that are listed: to see more of it, there is the filter of `session list`. */
const listedMax = 2_000;

/** A queue: its counts, and its sessions in the order in which they come. */
export const queueScreen: Screen<Here> = {
  title: ({ theme }) => `queue ${theme}`,
  wants: (_, { place }) => [sessionsOf(place)],
  rows: (state, place) =>
    (loadedValue<readonly SessionReading[]>(state, sessionsOf(place)) ?? []).map((session) => rowOf(session, state)),
  head: (state, place, { columns }) => [countsLine(state, place), sessionsHead(columns)],
  empty: (state, place) => {
    const problem = loadProblem(state, sessionsOf(place));
    if (problem) return problem.message;
    return loadedValue(state, sessionsOf(place)) ? 'No session waits here.' : 'Reading …';
  },
  actions: (state, place, row) => {
    const session = loadedValue<readonly SessionReading[]>(state, sessionsOf(place))?.find(({ id }) => id === row?.id);
    const queue = state.overview?.queues.find(({ name }) => name === place.theme);
    const own: readonly Action[] = queue ? [{ verb: queue.paused ? 'resume' : 'pause', ids: [queue.name] }] : [];
    return [...(session ? sessionActions(session) : []), ...own];
  },
};

function sessionsOf({ theme }: Here): Want {
  return { want: 'queue', theme, limit: listedMax };
}

function rowOf(session: SessionReading, { overview, now }: AppState): ScreenRow {
  const { id, status, themeName, order = '', error = '', attempts, since } = session;
  const time = overview?.time ?? now;
  return {
    id,
    fields: { id, status, order, error, attempts, since: time - since },
    draw: (total) => sessionLine(session, time, total),
    link: placeOfSession(id, themeName),
  };
}

function countsLine({ overview }: AppState, { theme }: Here) {
  const queue = overview?.queues.find(({ name }) => name === theme);
  if (!queue) return line(span(' no such queue', 'bad'));
  const { ready, behind, active, stored, parked } = queue.counts;
  const counts = `${countOf(ready)} ready, ${countOf(behind)} behind, ${countOf(active)} led, ${countOf(stored)} stored, ${countOf(parked)} parked`;
  const workers = queue.workers.length === 0 ? span('no worker alive', 'bad') : span(`${queue.workers.length} workers`);
  const more =
    ready + behind + active + stored + parked > listedMax ? `; the first ${countOf(listedMax)} are listed` : '';
  return line(` ${counts}; `, workers, more, queue.paused ? span('  PAUSED', 'warn') : '');
}
