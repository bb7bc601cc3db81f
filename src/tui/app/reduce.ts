import { assertNever } from '../../core/base/assert.ts';
import { given, ifGiven } from '../../core/base/given.ts';
import { limits } from '../../core/base/limits.ts';
import { freshList, settle } from '../list/list-state.ts';
import type { AppEvent } from '../model/app-event.ts';
import {
  type AppState,
  type Crumb,
  type Loaded,
  listKey,
  type Stepped,
  shownCrumb,
  wantKey,
} from '../model/app-state.ts';
import { type Dialog, type Performed, tallyOf, triedOf } from '../model/dialog.ts';
import { withJob } from '../model/job.ts';
import type { Problem } from '../model/screen-problem.ts';
import type { Keymap } from './keymap.ts';
import { pressKey } from './press-key.ts';
import { screenOf } from './screen-of.ts';
import { sharedRows, shownRows, tellCut } from './shown.ts';

/** The most that is kept of what was loaded for places that nobody is at, so that going back is at once. */
const loadedMax = 40;

/** UTF-16 units that are shown of a text that is copied: a line has no more room. */
const shownTextMax = 500;

/** The screen after something happened, and what is to be done because of it. Pure. */
export function reduce(state: AppState, event: AppEvent, keymap: Keymap): Stepped {
  if (event.type === 'key') {
    const { state: next, effects } = pressKey(state, event.key, keymap);
    return { state: settled(arrived(next)), effects };
  }
  if (event.type === 'quiet') return { state: { ...state, heard: event.now }, effects: [] };
  const next = afterEvent(state, event);
  const begins = event.type === 'resized' ? [{ kind: 'repaint' as const }] : [];
  return { state: settled(arrived(next)), effects: begins };
}

function afterEvent(state: AppState, event: Exclude<AppEvent, { readonly type: 'key' | 'quiet' }>): AppState {
  switch (event.type) {
    case 'overview':
      return { ...state, overview: event.overview, lost: undefined, now: event.now, heard: event.now };
    case 'opened':
      return { ...state, without: event.without };
    case 'lost':
      return { ...state, lost: event.problem, now: event.now };
    case 'loaded':
      return withLoaded(state, event.key, { head: event.head, value: event.value });
    case 'not loaded':
      return withLoaded(state, event.key, { head: event.head, problem: event.problem });
    case 'resized':
      return { ...state, columns: event.columns, rows: event.rows };
    case 'tick':
      return { ...state, now: event.now };
    case 'planned':
      return withDialog(state, event.action, (dialog) => ({ ...dialog, plan: event.items }));
    case 'performed':
      return performed(state, event);
    case 'progress':
      return { ...state, jobs: withJob(state.jobs, event.action, { ...event.progress, moved: state.now }) };
    case 'failed':
      return failed(state, event.action, event.problem);
    case 'marked':
      return withMarks(state, event);
    case 'not marked':
      return { ...state, notice: { text: `nothing is marked: ${problemText(event.problem)}`, tone: 'bad' } };
    case 'copied':
      return { ...state, notice: { text: `copied: ${event.text.slice(0, shownTextMax)}`, tone: 'good' } };
    default:
      return assertNever(event);
  }
}

/** The dialog tells what was done; a job whose dialog was left tells it in the line below. */
function performed(state: AppState, { action, items, failed }: Performed & { readonly action: object }): AppState {
  const refused = items.filter((item) => item.refused !== undefined);
  const job = state.jobs.find((one) => one.action === action);
  const isStopped = items.length < (job?.action.ids.length ?? items.length);
  const status = failed ? 'failed' : isStopped ? 'stopped' : 'ended';
  const how = {
    seenTo: triedOf(items).length,
    refused: refused.length,
    problems: refused.slice(0, limits.screenProblemsMax),
  } as const;
  const more = given({ problem: ifGiven(failed, problemText) });
  const next = { ...state, jobs: withJob(state.jobs, action, { ...how, status, ...more }) };
  const told = withDialog(next, action, (dialog) => ({ ...dialog, plan: items, status: 'done', ...given({ failed }) }));
  if (told !== next || !job) return told;
  const tone = status === 'ended' && refused.length === 0 ? 'good' : 'bad';
  return { ...next, notice: { text: `${job.action.verb}: ${tallyOf(job.action, { items })}`, tone } };
}

/** Nothing was done, and nothing is known of how they stand: it has to be looked at anew. */
function failed(state: AppState, action: object, problem: Problem): AppState {
  const jobs = withJob(state.jobs, action, { status: 'failed', problem: problemText(problem) });
  return withDialog({ ...state, jobs }, action, (dialog) => ({
    ...dialog,
    plan: undefined,
    status: 'asking',
    field: 'cancel',
    failed: problem,
  }));
}

function problemText({ code, message, next }: Problem): string {
  return [`${code}: ${message}`, ...next].join(' -> ');
}

/** Some places lead on to another one, once they know which: at once, where that was found out before. */
function arrived(state: AppState): AppState {
  const crumb = shownCrumb(state);
  const place = screenOf(crumb.place).arrive?.(state, crumb);
  return place ? withCrumb(state, { ...crumb, place, list: freshList }) : state;
}

/** Only the list that was asked about is marked. */
function withMarks(state: AppState, { want, marks, more }: AppEvent & { readonly type: 'marked' }): AppState {
  const crumb = shownCrumb(state);
  const now = screenOf(crumb.place).part?.(state, crumb);
  if (!now || listKey(now) !== listKey(want)) return state;
  const marked = withCrumb(state, { ...crumb, marks });
  return more ? tellCut(marked, marks.size) : marked;
}

function withLoaded(state: AppState, key: string, one: Loaded): AppState {
  const loaded = new Map(state.loaded);
  loaded.delete(key);
  loaded.set(key, one);
  const { place } = shownCrumb(state);
  const kept = new Set(screenOf(place).wants(state, shownCrumb(state)).map(wantKey));
  for (const old of loaded.keys()) {
    if (loaded.size <= loadedMax) break;
    if (!kept.has(old)) loaded.delete(old);
  }
  return { ...state, loaded };
}

/** Only the dialog that asked hears the answer. */
function withDialog(state: AppState, action: object, change: (dialog: Dialog) => Dialog): AppState {
  const { prompt } = state;
  if (prompt?.kind !== 'dialog' || prompt.dialog.action !== action) return state;
  return { ...state, prompt: { kind: 'dialog', dialog: change(prompt.dialog) } };
}

/** Keeps what is selected in sight, whatever came, went, or changed its size. */
export function settled(state: AppState): AppState {
  const rows = shownRows(state);
  const crumb = shownCrumb(state);
  // A place that is being loaded has no rows yet: where one stood is not forgotten.
  if (rows.length === 0) return state;
  const list = settle(crumb.list, rows, sharedRows(state).list);
  const follows = crumb.place.screen === 'log' && crumb.place.around === undefined;
  const kept =
    follows && crumb.list.id === undefined ? settle({ ...list, isAtEnd: true }, rows, sharedRows(state).list) : list;
  return withCrumb(state, { ...crumb, list: kept });
}

function withCrumb(state: AppState, crumb: Crumb): AppState {
  return { ...state, crumbs: [...state.crumbs.slice(0, -1), crumb] };
}
