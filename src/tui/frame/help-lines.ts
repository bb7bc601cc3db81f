import type { Command, Keymap } from '../app/keymap.ts';
import { numberedScreens, screenOf } from '../app/screen-of.ts';
import { line, type StyledLine, span } from '../line/styled-line.ts';
import { type AppState, shownCrumb } from '../model/app-state.ts';

/** The keys of the screen that is shown. */
export function helpLines(
  state: AppState,
  keymap: Keymap,
  { top, rows }: { readonly top: number; readonly rows: number },
): readonly StyledLine[] {
  const { place } = shownCrumb(state);
  const lines = [
    ...keymap.commands.filter((command) => isHere(state, command)).map(commandLine),
    ...numberedScreens(state).map(({ key, name }) => line(span(`  ${key.padEnd(18)}`, 'key'), name)),
  ];
  const from = Math.max(0, Math.min(top, lines.length - rows + 2));
  return [
    line(span(` Keys of ${screenOf(place).title(place)}`, 'strong'), span('   any other key closes', 'dim')),
    [],
    ...lines.slice(from),
  ];
}

function isHere(state: AppState, { only, name }: Command): boolean {
  const { place } = shownCrumb(state);
  if (only === 'actions') return !state.readOnly && screenOf(place).actions !== undefined;
  return only === undefined || only === place.screen || screenOf(place).commands?.includes(name) === true;
}

/** One command with its keys. */
export function commandLine({ keys, help, name }: Command): StyledLine {
  return line(span(`  ${keys.join(' ').padEnd(18)}`, 'key'), span(`${name.padEnd(16)} `, 'strong'), help);
}
