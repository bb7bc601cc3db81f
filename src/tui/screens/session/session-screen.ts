import type { WaitChain } from '../../../index.ts';
import type { SessionPage } from '../../../pages/session.ts';
import { loadedValue, loadProblem } from '../../model/app-state.ts';
import type { Place, Want } from '../../model/places.ts';
import type { Screen } from '../../model/screen.ts';
import { sessionActions } from '../../parts/session-actions.ts';
import { sessionRows } from './session-view.ts';

type Here = Extract<Place, { readonly screen: 'session' }>;

/** One session. */
export const sessionScreen: Screen<Here> = {
  title: ({ id }) => `session ${id}`,
  wants: (_, { place }) => [pageOf(place), chainOf(place)],
  rows: (state, place) => {
    const page = loadedValue<SessionPage>(state, pageOf(place));
    const { overview, columns, look } = state;
    const how = { now: overview?.time ?? state.now, columns, isAscii: look.isAscii };
    return page ? sessionRows(page, loadedValue<WaitChain>(state, chainOf(place)), how) : [];
  },
  head: () => [],
  empty: (state, place) => loadProblem(state, pageOf(place))?.message ?? 'Reading …',
  actions: (state, place) => {
    const session = loadedValue<SessionPage>(state, pageOf(place))?.session;
    return session ? sessionActions(session) : [];
  },
};

function pageOf({ id }: Here): Want {
  return { want: 'session', id };
}

function chainOf({ id }: Here): Want {
  return { want: 'waiting', id };
}
