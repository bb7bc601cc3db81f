import type { StateReading } from '../../../index.ts';
import { line, span } from '../../line/styled-line.ts';
import { loadedValue, loadProblem } from '../../model/app-state.ts';
import type { Place, Want } from '../../model/places.ts';
import type { Screen } from '../../model/screen.ts';
import { stateLine, statesHead } from './states-view.ts';

type Here = Extract<Place, { readonly screen: 'states' }>;

/** Keys that are listed: a prefix narrows them. */
const listedMax = 2_000;

/** Keys and their values. */
export const statesScreen: Screen<Here> = {
  title: ({ prefix }) => (prefix === '' ? 'states' : `states ${prefix}`),
  wants: (_, { place }) => [keysListed(place)],
  rows: (state, place) =>
    (loadedValue<readonly StateReading[]>(state, keysListed(place)) ?? []).map((one) => ({
      id: one.key,
      fields: {
        key: one.key,
        kind: one.kind,
        owner: one.owner?.id ?? '',
        version: one.version,
        position: one.position,
      },
      draw: (total) => stateLine(one, total),
      link: { screen: 'state', key: one.key },
    })),
  head: (state, place, { columns }) => {
    const count = loadedValue<readonly StateReading[]>(state, keysListed(place))?.length ?? 0;
    const more = count === listedMax ? `the first ${listedMax} keys; ` : '';
    return [line(span(` ${more}:state list PREFIX narrows them`, 'dim')), statesHead(columns)];
  },
  empty: (state, place) => {
    const problem = loadProblem(state, keysListed(place));
    return problem?.message ?? (loadedValue(state, keysListed(place)) ? 'No key has a value.' : 'Reading …');
  },
};

function keysListed({ prefix }: Here): Want {
  return { want: 'states', prefix, limit: listedMax };
}
