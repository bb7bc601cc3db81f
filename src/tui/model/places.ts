import { sagaOfTheme } from '../../core/app/saga.ts';
import type { SessionReading } from '../../index.ts';
import type { Around } from '../list/held-part.ts';

/** Where a person can be. */
export type Place =
  | { readonly screen: 'overview' }
  | { readonly screen: 'stuck'; readonly theme?: string }
  | { readonly screen: 'queue'; readonly theme: string; readonly around?: Around<SessionReading> }
  | { readonly screen: 'session'; readonly id: string }
  | { readonly screen: 'saga'; readonly id: string }
  /** `around` a position, or at the end, where it follows. */
  | { readonly screen: 'log'; readonly where: string; readonly key?: string; readonly around?: number }
  | { readonly screen: 'record'; readonly position: number; readonly part: RecordPart; readonly key?: string }
  | { readonly screen: 'states'; readonly prefix: string; readonly around?: Around<string> }
  /** `from` is the position that it is compared with; otherwise the one before. */
  | { readonly screen: 'state'; readonly key: string; readonly asOf?: number; readonly from?: number }
  | { readonly screen: 'what-if'; readonly position: number }
  /** `app` is the module that decides, where it is another one; `seeks` the next position that comes out otherwise. */
  | { readonly screen: 'debugger'; readonly position: number; readonly app?: string; readonly seeks?: boolean }
  | { readonly screen: 'jobs' }
  | { readonly screen: 'origins' };

/** Name of a screen. */
export type ScreenName = Place['screen'];

/** How a record is shown. */
export type RecordPart = 'changes' | 'json' | 'hex';

/** Something that a place shows, and that is read from the environment. */
export type Want =
  | { readonly want: 'waiting'; readonly id: string }
  | {
      readonly want: 'queue';
      readonly theme: string;
      readonly filter: string;
      readonly around?: Around<SessionReading>;
    }
  | { readonly want: 'messages'; readonly id: string }
  | { readonly want: 'session'; readonly id: string }
  | { readonly want: 'saga'; readonly id: string }
  | { readonly want: 'records'; readonly where: string; readonly key?: string; readonly around?: number }
  | { readonly want: 'record'; readonly position: number }
  | { readonly want: 'states'; readonly prefix: string; readonly filter: string; readonly around?: Around<string> }
  | { readonly want: 'state'; readonly key: string; readonly asOf?: number; readonly from?: number }
  | { readonly want: 'decision'; readonly position: number; readonly app?: string }
  | { readonly want: 'flip'; readonly after: number; readonly app?: string }
  | { readonly want: 'what-if'; readonly position: number };

/** A saga or a session, by its theme. */
export function placeOfSession(id: string, theme: string): Place {
  return sagaOfTheme(theme) === undefined ? { screen: 'session', id } : { screen: 'saga', id };
}
