import type { StyledLine } from '../line/styled-line.ts';
import type { Fields } from '../list/row-filter.ts';
import type { Action } from './action.ts';
import type { AppState, Crumb } from './app-state.ts';
import type { Place, Want } from './places.ts';

/** Room on the screen, in columns and rows. */
export interface Room {
  readonly columns: number;
  readonly rows: number;
}

/** One row of a list. It is drawn only when it is in sight. */
export interface ScreenRow {
  readonly id: string;
  readonly fields: Fields;
  draw(columns: number): StyledLine;
  /** It only names those below it: it is never selected. */
  readonly isTitle?: boolean;
  /** Where enter goes. */
  readonly link?: Place;
}

/** A kind of place: what it shows, and what can be done there. All of it follows from the state. */
export interface Screen<P extends Place = Place> {
  /** Its name in the header. */
  title(place: P): string;
  wants(state: AppState, crumb: Crumb & { readonly place: P }): readonly Want[];
  rows(state: AppState, place: P): readonly ScreenRow[];
  /** Lines above the rows. */
  head(state: AppState, place: P, room: Room): readonly StyledLine[];
  /** Lines below the rows, about the one that is selected; no more than half of the room. */
  detail?(state: AppState, row: ScreenRow | undefined, room: Room): readonly StyledLine[];
  /** Whether there may be more than it lists. */
  isCut?(state: AppState, place: P): boolean;
  /** The words where there is no row. */
  empty(state: AppState, place: P): string;
  /** The actions on the row that is selected. */
  actions?(state: AppState, place: P, row: ScreenRow | undefined): readonly Action[];
  /** Takes a key of its own: another place in its stead. */
  turn?(state: AppState, crumb: Crumb & { readonly place: P }, command: string): Place | undefined;
  /** Another place in its stead, once something that it wanted was loaded. */
  arrive?(state: AppState, crumb: Crumb & { readonly place: P }): Place | undefined;
  /** Commands of its own that `turn` takes, for keys and help. */
  readonly commands?: readonly string[];
  /** It shows a part of a list that may be of any length, and is filtered where it is read. */
  part?(state: AppState, crumb: Crumb & { readonly place: P }): Want;
}
