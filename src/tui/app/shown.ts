import { selectedIndex } from '../list/list-state.ts';
import { parseFilter } from '../list/row-filter.ts';
import type { Action, Verb } from '../model/action.ts';
import { type AppState, type Marks, shownCrumb } from '../model/app-state.ts';
import type { ScreenRow } from '../model/screen.ts';
import { countOf } from '../parts/row-parts.ts';
import { screenOf } from './screen-of.ts';

/** Rows that the header, the line of keys and the like leave to a screen. */
const frameRows = 3;

/** A state is asked for its rows many times. */
const rowsOfStates = new WeakMap<AppState, readonly ScreenRow[]>();

/** The rows of the place that is shown, as its filter leaves them. */
export function shownRows(state: AppState): readonly ScreenRow[] {
  const known = rowsOfStates.get(state) ?? rowsOf(state);
  rowsOfStates.set(state, known);
  return known;
}

function rowsOf(state: AppState): readonly ScreenRow[] {
  const { place, filter } = shownCrumb(state);
  const rows = screenOf(place).rows(state, place);
  // The log, and lists of any length, are filtered where they are read.
  if (filter === '' || place.screen === 'log' || screenOf(place).part) return rows;
  const { passes } = parseFilter(filter);
  return rows.filter(({ isTitle, fields }) => isTitle || passes(fields));
}

/** The row that is selected. */
export function selectedRow(state: AppState, rows = shownRows(state)): ScreenRow | undefined {
  return rows[selectedIndex(shownCrumb(state).list, rows)];
}

/** The actions on what is selected; on all that is marked, where something is and each of them can. */
export function shownActions(state: AppState, rows = shownRows(state)): readonly Action[] {
  if (state.readOnly || state.lost) return [];
  const { place, marks } = shownCrumb(state);
  if (marks.size === 0) return screenOf(place).actions?.(state, place, selectedRow(state, rows)) ?? [];
  const [first = [], ...others] = marks.values();
  const common = first.filter((verb) => others.every((verbs) => verbs.includes(verb)));
  return common.map((verb) => ({ verb, ids: [...marks.keys()] }));
}

/** A key for what is done most. */
export type KeyedAction = 'retry' | 'take over';

const verbsOfKeys: Readonly<Record<KeyedAction, readonly Verb[]>> = {
  retry: ['retry saga', 'retry', 'unpark', 'resume'],
  'take over': ['take over'],
};

/** The action of such a key: the one of its kind that fits what is selected. */
export function keyedAction(state: AppState, command: KeyedAction): Action | undefined {
  const actions = shownActions(state);
  return verbsOfKeys[command].flatMap((verb) => actions.find((one) => one.verb === verb) ?? [])[0];
}

/** The marks of some rows: what can be done to each of them alone. */
export function marksOf(state: AppState, rows: readonly ScreenRow[]): Marks {
  const { place } = shownCrumb(state);
  const verbsOf = (row: ScreenRow) =>
    (screenOf(place).actions?.(state, place, row) ?? []).flatMap(({ verb, ids }) =>
      ids.includes(row.id) ? [verb] : [],
    );
  return new Map(rows.filter(({ isTitle }) => !isTitle).map((row) => [row.id, verbsOf(row)]));
}

/** Says that there are more than those that were marked. */
export function tellCut(state: AppState, marked: number): AppState {
  const text = `only the first ${countOf(marked)} are marked: there are more, which a filter or a command takes`;
  return { ...state, notice: { text, tone: 'bad' } };
}

/** How the rows of the screen are shared: what is above the list, the list, what is below it. */
export function sharedRows(state: AppState): { readonly head: number; readonly list: number; readonly detail: number } {
  const { place } = shownCrumb(state);
  const screen = screenOf(place);
  const room = Math.max(3, state.rows - frameRows);
  const head = Math.min(screen.head(state, place, { columns: state.columns, rows: room }).length, Math.floor(room / 2));
  const left = room - head;
  const detail = screen.detail ? Math.floor(left * 0.45) : 0;
  return { head, detail, list: left - detail };
}
