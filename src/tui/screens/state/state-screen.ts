import { given } from '../../../core/base/given.ts';
import { line, span } from '../../line/styled-line.ts';
import { type AppState, type Crumb, loadedValue, loadProblem } from '../../model/app-state.ts';
import type { Place, Want } from '../../model/places.ts';
import type { Screen } from '../../model/screen.ts';
import { type StatePage, stateRows } from './state-view.ts';

type Here = Extract<Place, { readonly screen: 'state' }>;

/** One key, now or as of one of its positions. */
export const stateScreen: Screen<Here> = {
  title: ({ key, asOf }) => `state ${key}${asOf === undefined ? '' : ` as of ${asOf}`}`,
  wants: (_, { place }) => [pageOf(place)],
  rows: (state, place) => {
    const page = loadedValue<StatePage>(state, pageOf(place));
    return page ? stateRows(page, state.columns, state.look.isAscii) : [];
  },
  head: (_, { asOf }) => [
    line(
      ' ',
      asOf === undefined ? span('now', 'good') : span(`as of position ${asOf}`, 'warn'),
      span('  [ and ] step through its positions, d compares with the selected one', 'dim'),
    ),
  ],
  empty: (state, place) => loadProblem(state, pageOf(place))?.message ?? 'Reading …',
  turn,
  commands: ['position before', 'position after', 'difference', 'what if'],
};

function pageOf({ key, asOf, from }: Here): Want {
  return {
    ...{ want: 'state', key },
    ...given({ asOf }),
    ...given({ from }),
  };
}

function turn(state: AppState, { place, list }: Crumb & { readonly place: Here }, command: string): Place | undefined {
  const steps = loadedValue<StatePage>(state, pageOf(place))?.steps ?? [];
  const last = steps.at(-1)?.position;
  if (command === 'what if') {
    const chosen = /^step (\d+)$/.exec(list.id ?? '')?.[1] ?? place.asOf ?? last;
    return chosen === undefined ? undefined : { screen: 'what-if', position: Number(chosen) };
  }
  if (command === 'difference') {
    const from = Number(/^step (\d+)$/.exec(list.id ?? '')?.[1] ?? 0);
    const { from: before, ...rest } = place;
    return from === 0 || from === before ? rest : { ...rest, from };
  }
  const at = place.asOf ?? last ?? 0;
  if (command === 'position before') {
    const to = steps.findLast(({ position }) => position < at)?.position;
    return to === undefined ? undefined : { ...place, asOf: to };
  }
  if (command !== 'position after' || place.asOf === undefined) return undefined;
  const to = steps.find(({ position }) => position > at)?.position;
  const { asOf: _, ...now } = place;
  return to === undefined ? now : { ...place, asOf: to };
}
