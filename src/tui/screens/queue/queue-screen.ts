import { given } from '../../../core/base/given.ts';
import type { SessionReading } from '../../../index.ts';
import { line, span } from '../../line/styled-line.ts';
import { nextPart } from '../../list/held-part.ts';
import type { Action } from '../../model/action.ts';
import { type AppState, type Crumb, heldPart, loadProblem, shownCrumb } from '../../model/app-state.ts';
import { type Place, placeOfSession, type Want } from '../../model/places.ts';
import type { Screen, ScreenRow } from '../../model/screen.ts';
import { sessionFields } from '../../parts/row-fields.ts';
import { countOf } from '../../parts/row-parts.ts';
import { sessionActions } from '../../parts/session-actions.ts';
import { sessionLine, sessionsHead } from './queue-view.ts';

type Here = Extract<Place, { readonly screen: 'queue' }>;

/** A queue: its counts, and its sessions in the order in which they come. A part of them is held. */
export const queueScreen: Screen<Here> = {
  title: ({ theme }) => `queue ${theme}`,
  wants: (_, crumb) => [partOf(crumb)],
  part: (_, crumb) => partOf(crumb),
  rows: (state) => (held(state)?.rows ?? []).map((session) => rowOf(session, state)),
  head: (state, place, { columns }) => [countsLine(state, place), sessionsHead(columns)],
  empty: (state) => {
    const crumb = shownCrumb(state);
    const problem = loadProblem(state, partOf(crumb as Crumb & { readonly place: Here }));
    if (problem) return problem.message;
    if (!held(state)) return 'Reading …';
    return crumb.filter === '' ? 'No session waits here.' : 'No session of it passes the filter.';
  },
  actions: (state, place, row) => {
    const session = held(state)?.rows.find(({ id }) => id === row?.id);
    const queue = state.overview?.queues.find(({ name }) => name === place.theme);
    const own: readonly Action[] = queue ? [{ verb: queue.paused ? 'resume' : 'pause', ids: [queue.name] }] : [];
    return [...(session ? sessionActions(session) : []), ...own];
  },
  turn: (state, { place, list }, command) => {
    const next = nextPart(command, list, held(state));
    return next && { screen: 'queue', theme: place.theme, ...next };
  },
};

function partOf({ place: { theme, around }, filter }: Crumb & { readonly place: Here }): Want {
  return { want: 'queue', theme, filter, ...given({ around }) };
}

function held(state: AppState) {
  return heldPart<SessionReading>(state, partOf(shownCrumb(state) as Crumb & { readonly place: Here }));
}

function rowOf(session: SessionReading, { overview, now }: AppState): ScreenRow {
  const { id, themeName } = session;
  const time = overview?.time ?? now;
  return {
    id,
    fields: sessionFields(session, time),
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
  return line(` ${counts}; `, workers, queue.paused ? span('  PAUSED', 'warn') : '');
}
