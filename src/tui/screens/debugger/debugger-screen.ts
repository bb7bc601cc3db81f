import { given } from '../../../core/base/given.ts';
import type { DecidedAgain, NextFlip } from '../../../index.ts';
import { line, type StyledLine, span } from '../../line/styled-line.ts';
import { type AppState, type Crumb, loadedValue, loadProblem } from '../../model/app-state.ts';
import type { Place, Want } from '../../model/places.ts';
import type { Screen } from '../../model/screen.ts';
import { debuggerRows } from './debugger-view.ts';

type Here = Extract<Place, { readonly screen: 'debugger' }>;

/** A logged request, decided again under the present app or another one; from one to the next, or to where one flips. */
export const debuggerScreen: Screen<Here> = {
  title: ({ position }) => `debugger ${position}`,
  wants: (_, { place }) => (place.seeks ? [flipOf(place), decisionOf(place)] : [decisionOf(place)]),
  rows: (state, place) => {
    const again = loadedValue<DecidedAgain>(state, decisionOf(place));
    return again ? debuggerRows(again, { columns: state.columns, isAscii: state.look.isAscii }) : [];
  },
  head: (state, place) => [appLine(place), seekLine(state, place)],
  empty: (state, place) => loadProblem(state, decisionOf(place))?.message ?? 'Deciding it again …',
  turn,
  arrive,
  commands: ['position before', 'position after', 'next flip'],
};

function decisionOf({ position, app }: Here): Want {
  return { want: 'decision', position, ...given({ app }) };
}

function flipOf({ position, app }: Here): Want {
  return { want: 'flip', after: position, ...given({ app }) };
}

function appLine({ app }: Here): StyledLine {
  const under = app === undefined ? span('the present app', 'good') : span(app, 'warn');
  return line(' under ', under, span('; :replay --with MODULE takes another one', 'dim'));
}

function seekLine(state: AppState, place: Here): StyledLine {
  if (!place.seeks) return line(span(' [ and ] go on by one, f to the next that comes out otherwise', 'dim'));
  const problem = loadProblem(state, flipOf(place));
  if (problem) return line(' ', span(problem.message, 'bad'));
  const found = loadedValue<NextFlip>(state, flipOf(place));
  if (!found || found.flip) return line(' ', span(`looking on from ${place.position} …`, 'warn'));
  return line(' ', span(`nothing comes out otherwise from ${place.position} to ${found.at}`, 'good'));
}

function turn({ overview }: AppState, { place }: Crumb & { readonly place: Here }, command: string): Place | undefined {
  const { seeks: _, ...here } = place;
  if (command === 'next flip') return { ...here, seeks: true };
  const by = { 'position before': -1, 'position after': 1 }[command];
  const to = place.position + (by ?? 0);
  return by === undefined || to < 1 || to > (overview?.head.position ?? 0) ? undefined : { ...here, position: to };
}

/** Once the next flip is known, it is gone to. */
function arrive(state: AppState, { place }: Crumb & { readonly place: Here }): Place | undefined {
  const flip = place.seeks ? loadedValue<NextFlip>(state, flipOf(place))?.flip : undefined;
  if (!flip) return undefined;
  const { seeks: _, ...here } = place;
  return { ...here, position: flip.record.position };
}
