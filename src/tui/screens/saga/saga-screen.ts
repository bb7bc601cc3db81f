import type { MessageUnderWay, SagaReading, WaitChain } from '../../../index.ts';
import { loadedValue, loadProblem } from '../../model/app-state.ts';
import type { Place, Want } from '../../model/places.ts';
import type { Screen } from '../../model/screen.ts';
import { sagaActions } from '../../parts/session-actions.ts';
import { sagaRows } from './saga-view.ts';

type Here = Extract<Place, { readonly screen: 'saga' }>;

/** One saga. */
export const sagaScreen: Screen<Here> = {
  title: ({ id }) => `saga ${id}`,
  wants: (_, { place }) => [reportOf(place), messagesOf(place), chainOf(place)],
  rows: (state, place) => {
    const reading = loadedValue<SagaReading>(state, reportOf(place));
    const { overview, columns, look } = state;
    const how = { now: overview?.time ?? state.now, columns, isAscii: look.isAscii };
    const around = {
      chain: loadedValue<WaitChain>(state, chainOf(place)),
      messages: loadedValue<readonly MessageUnderWay[]>(state, messagesOf(place)) ?? [],
    };
    return reading ? sagaRows(reading, around, how) : [];
  },
  head: () => [],
  empty: (state, place) => loadProblem(state, reportOf(place))?.message ?? 'Reading …',
  actions: (state, place) => {
    const reading = loadedValue<SagaReading>(state, reportOf(place));
    return reading ? sagaActions(reading) : [];
  },
};

function reportOf({ id }: Here): Want {
  return { want: 'saga', id };
}

function messagesOf({ id }: Here): Want {
  return { want: 'messages', id };
}

function chainOf({ id }: Here): Want {
  return { want: 'waiting', id };
}
