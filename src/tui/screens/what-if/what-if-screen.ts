import type { CompensationPlan } from '../../../index.ts';
import { line, span } from '../../line/styled-line.ts';
import { loadedValue, loadProblem } from '../../model/app-state.ts';
import type { Place, Want } from '../../model/places.ts';
import type { Screen } from '../../model/screen.ts';
import { planRows } from './what-if-view.ts';

type Here = Extract<Place, { readonly screen: 'what-if' }>;

/** The world without a transaction: the plan that would undo it. Nothing is done. */
export const whatIfScreen: Screen<Here> = {
  title: ({ position }) => `without ${position}`,
  wants: (_, { place }) => [planOf(place)],
  rows: (state, place) => {
    const plan = loadedValue<CompensationPlan>(state, planOf(place));
    return plan ? planRows(plan, state.columns, state.look.isAscii) : [];
  },
  head: (_, { position }) => [
    line(
      span(' nothing is done; ', 'good'),
      span(`txlog compensate ${position} --plan`, 'key'),
      span(' makes the same plan', 'dim'),
    ),
  ],
  empty: (state, place) => loadProblem(state, planOf(place))?.message ?? 'Working it out …',
};

function planOf({ position }: Here): Want {
  return { want: 'what-if', position };
}
