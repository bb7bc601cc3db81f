import { shellQuote } from '../../text/shell-quote.ts';
import { type AppState, shownCrumb } from '../model/app-state.ts';
import type { Place } from '../model/places.ts';
import { needId } from '../screens/overview/overview-screen.ts';
import { selectedRow } from './shown.ts';

/** The command that shows in a shell what the screen shows; where something is to be done, the one that does it. */
export function copiedCommand(state: AppState): string {
  const { place } = shownCrumb(state);
  const row = selectedRow(state);
  const need = state.overview?.needs.find((one) => row?.id === needId(one));
  const stuck =
    place.screen === 'stuck' ? state.overview?.stuck.find(({ session }) => session.id === row?.id) : undefined;
  const command = need?.next ?? stuck?.next ?? commandOfPlace(row?.link ?? place);
  return `${command} --env ${shellQuote(state.dir)}`;
}

function commandOfPlace(place: Place): string {
  switch (place.screen) {
    case 'overview':
      return 'txlog top --once';
    case 'stuck':
      return `txlog session stuck${place.theme === undefined ? '' : ` --theme ${shellQuote(place.theme)}`}`;
    case 'queue':
      return `txlog queue show ${shellQuote(place.theme)}`;
    case 'session':
      return `txlog session show ${shellQuote(place.id)}`;
    case 'saga':
      return `txlog saga show ${shellQuote(place.id)}`;
    case 'log':
      return `txlog log -f${place.where === '' ? '' : ` --where ${shellQuote(place.where)}`}${place.key === undefined ? '' : ` --key ${shellQuote(place.key)}`}`;
    case 'record':
      return `txlog inspect ${place.position}`;
    case 'states':
      return `txlog state list ${shellQuote(place.prefix)}`.trimEnd();
    case 'state':
      return `txlog state get ${shellQuote(place.key)}${place.asOf === undefined ? '' : ` --as-of ${place.asOf}`}`;
    case 'what-if':
      return `txlog compensate ${place.position} --plan`;
    case 'jobs':
      return 'txlog top --once --json --fields plans';
    case 'debugger':
      return place.app === undefined
        ? `txlog inspect ${place.position}`
        : `txlog replay --with ${shellQuote(place.app)} --diff`;
    default:
      return 'txlog sync status';
  }
}
