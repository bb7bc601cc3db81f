import { given } from '../../../core/base/given.ts';
import type { StateReading } from '../../../index.ts';
import { line, span } from '../../line/styled-line.ts';
import { nextPart } from '../../list/held-part.ts';
import { type AppState, type Crumb, heldPart, loadProblem, shownCrumb } from '../../model/app-state.ts';
import type { Place, Want } from '../../model/places.ts';
import type { Screen } from '../../model/screen.ts';
import { stateFields } from '../../parts/row-fields.ts';
import { countOf } from '../../parts/row-parts.ts';
import { stateLine, statesHead } from './states-view.ts';

type Here = Extract<Place, { readonly screen: 'states' }>;

/** Keys and their values. A part of them is held. */
export const statesScreen: Screen<Here> = {
  title: ({ prefix }) => (prefix === '' ? 'states' : `states ${prefix}`),
  wants: (_, crumb) => [partOf(crumb)],
  part: (_, crumb) => partOf(crumb),
  rows: (state) =>
    (held(state)?.rows ?? []).map((one) => ({
      id: one.key,
      fields: stateFields(one),
      draw: (total) => stateLine(one, total),
      link: { screen: 'state', key: one.key },
    })),
  head: ({ overview }, _, { columns }) => [
    line(span(` ${countOf(overview?.counts.keys ?? 0)} keys ever; :state list PREFIX narrows them`, 'dim')),
    statesHead(columns),
  ],
  empty: (state) => {
    const crumb = shownCrumb(state);
    const problem = loadProblem(state, partOf(crumb as Crumb & { readonly place: Here }));
    if (problem) return problem.message;
    if (!held(state)) return 'Reading …';
    return crumb.filter === '' ? 'No key has a value.' : 'No key passes the filter.';
  },
  turn: (state, { place, list }, command) => {
    const part = held(state);
    const next = nextPart(command, list, part && { ...part, rows: part.rows.map(({ key }) => key) });
    return next && { screen: 'states', prefix: place.prefix, ...next };
  },
};

function partOf({ place: { prefix, around }, filter }: Crumb & { readonly place: Here }): Want {
  return { want: 'states', prefix, filter, ...given({ around }) };
}

function held(state: AppState) {
  return heldPart<StateReading>(state, partOf(shownCrumb(state) as Crumb & { readonly place: Here }));
}
