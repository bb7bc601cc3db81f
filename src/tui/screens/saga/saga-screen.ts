import type { SagaReading, WaitChain } from '../../../index.ts';
import { loadedValue, loadProblem } from '../../model/app-state.ts';
import type { Place, Want } from '../../model/places.ts';
import type { Screen } from '../../model/screen.ts';
import { sagaActions } from '../../parts/session-actions.ts';
import { sagaRows } from './saga-view.ts';

type Here = Extract<Place, { readonly screen: 'saga' }>;

/** One saga. */
export const sagaScreen: Screen<Here> = {
  title: ({ id }) => `saga ${id}`,
  wants: (_, { place }) => [reportOf(place), chainOf(place)],
  rows: (state, place) => {
    const reading = loadedValue<SagaReading>(state, reportOf(place));
    const { overview, columns, look } = state;
    const how = { now: overview?.time ?? state.now, columns, isAscii: look.isAscii };
    return reading ? sagaRows(reading, loadedValue<WaitChain>(state, chainOf(place)), how) : [];
  },
  head: () => [],
  empty: (state, place) => loadProblem(state, reportOf(place))?.message ?? 'Reading …',
  actions: (_, { id }) => sagaActions(id),
};

function reportOf({ id }: Here): Want {
  return { want: 'saga', id };
}

function chainOf({ id }: Here): Want {
  return { want: 'waiting', id };
}
