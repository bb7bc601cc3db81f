import type { Overview } from '../../index.ts';
import type { HeldPart } from '../list/held-part.ts';
import type { ListState } from '../list/list-state.ts';
import type { Verb } from './action.ts';
import type { Dialog } from './dialog.ts';
import type { Job } from './job.ts';
import type { Place, Want } from './places.ts';
import type { Problem } from './screen-problem.ts';

/** The abilities of the terminal. */
export interface Look {
  readonly hasColor: boolean;
  readonly isAscii: boolean;
}

/** Things that are marked, and what can be done to each. */
export type Marks = ReadonlyMap<string, readonly Verb[]>;

/** A place that was gone to, and how a person stands in it. */
export interface Crumb {
  readonly place: Place;
  readonly list: ListState;
  /** As it was typed. */
  readonly filter: string;
  /** Rows that are marked, by id, with what can be done to each. */
  readonly marks: Marks;
}

/** A thing that was loaded for a place, or why it was not. */
export interface Loaded {
  /** Position of the log's end when it was asked for. */
  readonly head: number;
  readonly value?: unknown;
  readonly problem?: Problem;
}

/** The taker of keys, where it is not the screen. */
export type Prompt =
  | { readonly kind: 'filter' | 'palette'; readonly text: string; readonly choice: number }
  | { readonly kind: 'help'; readonly top: number }
  | { readonly kind: 'actions'; readonly choice: number }
  | { readonly kind: 'dialog'; readonly dialog: Dialog };

/** All that the screen shows follows from this. */
export interface AppState {
  readonly columns: number;
  readonly rows: number;
  readonly look: Look;
  /** By this machine's clock, in ms since 1970: how old what is shown is. */
  readonly now: number;
  /** When the overview came, by the same clock. */
  readonly heard: number;
  readonly dir: string;
  readonly actor: string;
  /** Why it does nothing but show, in words; undefined where it may do more. */
  readonly readOnly: string | undefined;
  readonly overview: Overview | undefined;
  /** Why nothing more is heard of the environment. */
  readonly lost: Problem | undefined;
  /** Why the environment's app is left out, where it is: what the app defines is not known then. */
  readonly without?: Problem | undefined;
  /** The last one is shown; there is always one. */
  readonly crumbs: readonly Crumb[];
  readonly loaded: ReadonlyMap<string, Loaded>;
  /** Plans that were carried out, or are, oldest first. */
  readonly jobs: readonly Job[];
  readonly prompt: Prompt | undefined;
  readonly notice: { readonly text: string; readonly tone: 'good' | 'bad' | 'dim' } | undefined;
}

/** Something to be done outside, because of a key. */
export type ScreenEffect =
  | { readonly kind: 'quit'; readonly code: number }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'repaint' }
  | { readonly kind: 'copy'; readonly text: string }
  /** Mark all rows of a list that pass its filter, also those that are not held. */
  | { readonly kind: 'mark all'; readonly want: Want }
  /** End what is found out about an action, or a plan that is carried out, half way. */
  | { readonly kind: 'stop'; readonly action: object }
  | { readonly kind: 'rehearse' | 'perform'; readonly dialog: Dialog };

/** A state, and what is to be done because of it. */
export interface Stepped {
  readonly state: AppState;
  readonly effects: readonly ScreenEffect[];
}

/** The name of a thing to load: the same for the same thing. */
export function wantKey(want: Want): string {
  return JSON.stringify(want);
}

/** The value that was loaded, if it was. */
export function loadedValue<T>(state: AppState, want: Want): T | undefined {
  return state.loaded.get(wantKey(want))?.value as T | undefined;
}

/** The part of a list that is held: until the one that is wanted is there, another one of the same list. */
export function heldPart<T>({ loaded }: AppState, want: Want): HeldPart<T> | undefined {
  const own = loaded.get(wantKey(want))?.value;
  if (own) return own as HeldPart<T>;
  const name = listKey(want);
  for (const [key, { value }] of [...loaded].reverse())
    if (value !== undefined && listKey(JSON.parse(key)) === name) return value as HeldPart<T>;
  return undefined;
}

/** The name of a list, whichever part of it is wanted. */
export function listKey(want: Want): string {
  return JSON.stringify({ ...want, around: undefined });
}

/** Why a thing could not be loaded, if it could not. */
export function loadProblem(state: AppState, want: Want): Problem | undefined {
  return state.loaded.get(wantKey(want))?.problem;
}

/** The place that is shown. */
export function shownCrumb({ crumbs }: AppState): Crumb {
  const crumb = crumbs.at(-1);
  if (!crumb) throw new Error('there is always a place that is shown');
  return crumb;
}
