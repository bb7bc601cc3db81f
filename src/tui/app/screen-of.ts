import { type AppState, shownCrumb } from '../model/app-state.ts';
import type { Place, ScreenName } from '../model/places.ts';
import type { Screen } from '../model/screen.ts';
import { debuggerScreen } from '../screens/debugger/debugger-screen.ts';
import { hasJobs, jobsScreen } from '../screens/jobs/jobs-screen.ts';
import { logScreen } from '../screens/log/log-screen.ts';
import { originsScreen } from '../screens/origins/origins-screen.ts';
import { overviewScreen } from '../screens/overview/overview-screen.ts';
import { queueScreen } from '../screens/queue/queue-screen.ts';
import { recordScreen } from '../screens/record/record-screen.ts';
import { sagaScreen } from '../screens/saga/saga-screen.ts';
import { sessionScreen } from '../screens/session/session-screen.ts';
import { stateScreen } from '../screens/state/state-screen.ts';
import { statesScreen } from '../screens/states/states-screen.ts';
import { stuckScreen } from '../screens/stuck/stuck-screen.ts';
import { whatIfScreen } from '../screens/what-if/what-if-screen.ts';

const screens: { readonly [name in ScreenName]: unknown } = {
  overview: overviewScreen,
  stuck: stuckScreen,
  queue: queueScreen,
  session: sessionScreen,
  saga: sagaScreen,
  log: logScreen,
  record: recordScreen,
  states: statesScreen,
  state: stateScreen,
  'what-if': whatIfScreen,
  debugger: debuggerScreen,
  jobs: jobsScreen,
  origins: originsScreen,
};

/** The screen of a place. */
export function screenOf(place: Place): Screen {
  return screens[place.screen] as Screen;
}

/** A place that a number goes to. */
export interface Numbered {
  readonly key: string;
  readonly name: string;
  readonly place: Place;
}

const numbered: readonly Numbered[] = [
  { key: '1', name: 'overview', place: { screen: 'overview' } },
  { key: '2', name: 'stuck', place: { screen: 'stuck' } },
  { key: '4', name: 'log', place: { screen: 'log', where: '' } },
  { key: '5', name: 'states', place: { screen: 'states', prefix: '' } },
  { key: '6', name: 'dumps', place: { screen: 'origins' } },
  { key: '7', name: 'jobs', place: { screen: 'jobs' } },
];

/** The places that numbers go to: no number leads to a screen that has nothing to show. */
export function numberedScreens(state: AppState): readonly Numbered[] {
  const hasOrigins = (state.overview?.origins.length ?? 0) > 0;
  const hidden = new Set<ScreenName>([
    ...(hasOrigins ? [] : (['origins'] as const)),
    ...(hasJobs(state) ? [] : (['jobs'] as const)),
  ]);
  const shown = numbered.filter(({ place }) => !hidden.has(place.screen));
  const position = positionHere(state);
  if (position === 0) return shown;
  return [...shown, { key: '8', name: 'debugger', place: { screen: 'debugger', position } }];
}

/** The position that one is at: of the record, of the row of the log, or of the end of the log. */
export function positionHere(state: AppState): number {
  const { place, list } = shownCrumb(state);
  if (place.screen === 'record' || place.screen === 'debugger' || place.screen === 'what-if') return place.position;
  const named = place.screen === 'log' ? Number(list.id ?? 0) : 0;
  return named > 0 ? named : (state.overview?.head.position ?? 0);
}
