import { freshList, moveBy, moveTo } from '../list/list-state.ts';
import type { Action } from '../model/action.ts';
import {
  type AppState,
  type Crumb,
  type Prompt,
  type ScreenEffect,
  type Stepped,
  shownCrumb,
} from '../model/app-state.ts';
import { type Dialog, isLooking, openDialog, stepDialog } from '../model/dialog.ts';
import { isAnyRunning, type Job, withNewJob } from '../model/job.ts';
import type { Place } from '../model/places.ts';
import type { Key } from '../model/typed-keys.ts';
import { jobOfRow } from '../screens/jobs/jobs-screen.ts';
import { copiedCommand } from './copied-command.ts';
import type { Keymap } from './keymap.ts';
import { choicesOf, entryOf, matching } from './palette.ts';
import { numberedScreens, positionHere, screenOf } from './screen-of.ts';
import {
  type KeyedAction,
  keyedAction,
  marksOf,
  selectedRow,
  sharedRows,
  shownActions,
  shownRows,
  tellCut,
} from './shown.ts';

/** Does what a key says. */
export function pressKey(state: AppState, key: Key, keymap: Keymap): Stepped {
  const command = keymap.commandOf(key.name)?.name;
  if (command === 'interrupt') return act(state, { kind: 'quit', code: 130 });
  if (command === 'suspend') return act(state, { kind: 'suspend' });
  const { notice: _, ...rest } = state;
  const quiet: AppState = { ...rest, notice: undefined };
  const { prompt } = quiet;
  if (prompt?.kind === 'dialog') return inDialog(quiet, prompt, key);
  if (prompt?.kind === 'actions') return inActions(quiet, prompt, key);
  if (prompt?.kind === 'help') return inHelp(quiet, prompt, command);
  if (prompt) return inPrompt(quiet, prompt, { key, keymap });
  const number = numberedScreens(quiet).find((one) => one.key === key.name);
  if (number) return only(goTo(quiet, number.place, true));
  return command === undefined ? only(quiet) : runCommand(quiet, command);
}

function only(state: AppState): Stepped {
  return { state, effects: [] };
}

function act(state: AppState, effect: ScreenEffect): Stepped {
  return { state, effects: [effect] };
}

/** Goes to a place; `afresh` from a new start, else deeper. */
export function goTo(state: AppState, place: Place, afresh = false): AppState {
  const crumb: Crumb = { place, list: freshList, filter: place.screen === 'log' ? place.where : '', marks: new Map() };
  const home = state.crumbs[0];
  const isHome = place.screen === 'overview';
  if (!afresh) return { ...state, crumbs: [...state.crumbs, crumb], prompt: undefined };
  if (isHome && home) return { ...state, crumbs: [home], prompt: undefined };
  return { ...state, crumbs: [...(home ? [home] : []), crumb], prompt: undefined };
}

function withShown(state: AppState, change: Partial<Crumb>): AppState {
  return { ...state, crumbs: [...state.crumbs.slice(0, -1), { ...shownCrumb(state), ...change }] };
}

function runCommand(state: AppState, command: string): Stepped {
  const moved = move(state, command);
  if (moved) return only(afterMove(moved));
  const turned = turn(state, command);
  if (turned) return only(turned);
  switch (command) {
    case 'open':
      return only(open(state));
    case 'item':
      return only(open(state, true));
    case 'back':
      return only(back(state));
    case 'filter':
      return only({ ...state, prompt: { kind: 'filter', text: shownCrumb(state).filter, choice: 0 } });
    case 'palette':
      return only({ ...state, prompt: { kind: 'palette', text: '', choice: 0 } });
    case 'help':
      return only({ ...state, prompt: { kind: 'help', top: 0 } });
    case 'mark':
    case 'mark all':
      return command === 'mark' ? only(mark(state)) : markAll(state);
    case 'actions':
      return only(openActions(state));
    case 'retry':
    case 'take over':
      return openNamed(state, command);
    case 'copy':
      return act(state, { kind: 'copy', text: copiedCommand(state) });
    case 'repaint':
      return act(state, { kind: 'repaint' });
    case 'stop job':
      return stopJob(state);
    case 'quit':
      return quit(state);
    default:
      return only(state);
  }
}

/** A plan that is under way is not ended by one key. */
function quit(state: AppState): Stepped {
  if (!isAnyRunning(state.jobs) || state.crumbs.at(-1)?.place.screen === 'jobs')
    return act(state, { kind: 'quit', code: 0 });
  const notice = { text: 'a job is under way: q here ends it half way', tone: 'bad' } as const;
  return only({ ...goTo(state, { screen: 'jobs' }), notice });
}

function stopJob(state: AppState): Stepped {
  const job = shownCrumb(state).place.screen === 'jobs' ? jobOfRow(state, selectedRow(state)) : undefined;
  if (job?.status !== 'running') return only(state);
  return act(state, { kind: 'stop', action: job.action });
}

function move(state: AppState, command: string): AppState | undefined {
  const rows = shownRows(state);
  const { list } = shownCrumb(state);
  const height = sharedRows(state).list;
  const by = { up: -1, down: 1, 'page up': -height, 'page down': height }[command];
  if (by !== undefined) return withShown(state, { list: moveBy(list, { rows, height }, by) });
  if (command === 'first') {
    const beginning = turn(state, command);
    return beginning
      ? withShown(beginning, { list: freshList })
      : withShown(state, { list: moveTo(list, { rows, height }, 0) });
  }
  if (command !== 'last') return undefined;
  const end = turn(state, command);
  return end
    ? withShown(end, { list: { ...freshList, isAtEnd: true } })
    : withShown(state, { list: moveTo(list, { rows, height }, rows.length - 1) });
}

/** Some places follow what is selected: the log holds the part of it that is in sight. */
function afterMove(state: AppState): AppState {
  return turn(state, 'moved') ?? state;
}

function turn(state: AppState, command: string): AppState | undefined {
  const crumb = shownCrumb(state);
  const place = screenOf(crumb.place).turn?.(state, crumb, command);
  if (!place) return undefined;
  if (place.screen !== crumb.place.screen) return goTo(state, place);
  return withShown(state, { place });
}

function open(state: AppState, itemOnly = false): AppState {
  const link = selectedRow(state)?.link;
  if (!link || (itemOnly && link.screen !== 'session' && link.screen !== 'saga')) return state;
  return goTo(state, link);
}

/** Back out of the marks, the filter, the place: in this order, and no further. */
function back(state: AppState): AppState {
  const { marks, filter, place } = shownCrumb(state);
  if (marks.size > 0) return withShown(state, { marks: new Map() });
  if (filter !== '' && place.screen !== 'log') return withShown(state, { filter: '' });
  return state.crumbs.length > 1 ? { ...state, crumbs: state.crumbs.slice(0, -1) } : state;
}

/** All rows that the filter leaves, or none where some are marked. */
function markAll(state: AppState): Stepped {
  const crumb = shownCrumb(state);
  if (crumb.marks.size > 0) return only(withShown(state, { marks: new Map() }));
  const want = screenOf(crumb.place).part?.(state, crumb);
  if (want) return act(state, { kind: 'mark all', want });
  const marks = marksOf(state, shownRows(state));
  const marked = withShown(state, { marks });
  return only(screenOf(crumb.place).isCut?.(state, crumb.place) ? tellCut(marked, marks.size) : marked);
}

function mark(state: AppState): AppState {
  const rows = shownRows(state);
  const { marks, list } = shownCrumb(state);
  const row = selectedRow(state, rows);
  if (!row) return state;
  const next = new Map(marks);
  if (!next.delete(row.id)) for (const [id, verbs] of marksOf(state, [row])) next.set(id, verbs);
  return withShown(state, { marks: next, list: moveBy(list, { rows, height: sharedRows(state).list }, 1) });
}

function openActions(state: AppState): AppState {
  if (shownActions(state).length > 0) return { ...state, prompt: { kind: 'actions', choice: 0 } };
  return refuse(state);
}

function refuse(state: AppState): AppState {
  if (state.lost) return state;
  const text = state.readOnly ? `this screen only reads: ${state.readOnly}` : 'nothing can be done to it here';
  return { ...state, notice: { text, tone: 'bad' } };
}

function openNamed(state: AppState, command: KeyedAction): Stepped {
  const action = keyedAction(state, command);
  return action ? beginAction(state, action) : only(refuse(state));
}

function beginAction(state: AppState, action: Action): Stepped {
  const dialog = openDialog(action, state);
  return act({ ...state, prompt: { kind: 'dialog', dialog } }, { kind: 'rehearse', dialog });
}

function inActions(state: AppState, prompt: Extract<Prompt, { readonly kind: 'actions' }>, key: Key): Stepped {
  const actions = shownActions(state);
  if (key.name === 'esc' || actions.length === 0) return only({ ...state, prompt: undefined });
  const by = { down: 1, j: 1, up: -1, k: -1 }[key.name];
  if (by !== undefined) {
    const choice = (prompt.choice + by + actions.length) % actions.length;
    return only({ ...state, prompt: { ...prompt, choice } });
  }
  const action = actions[key.name === 'enter' ? prompt.choice : Number(key.name) - 1];
  return action ? beginAction(state, action) : only(state);
}

function inHelp(
  state: AppState,
  prompt: Extract<Prompt, { readonly kind: 'help' }>,
  command: string | undefined,
): Stepped {
  const page = Math.max(1, state.rows - 4);
  const by = { up: -1, down: 1, 'page up': -page, 'page down': page }[command ?? ''];
  if (by === undefined) return only({ ...state, prompt: undefined });
  return only({ ...state, prompt: { ...prompt, top: Math.max(0, prompt.top + by) } });
}

function inDialog(state: AppState, prompt: Extract<Prompt, { readonly kind: 'dialog' }>, key: Key): Stepped {
  const step = stepDialog(prompt.dialog, key);
  // Nobody waits any more for what is being found out.
  const stops = isLooking(prompt.dialog) ? [{ kind: 'stop' as const, action: prompt.dialog.action }] : [];
  if (step.to === 'closed') return { state: closeDialog(state, prompt.dialog.status !== 'asking'), effects: stops };
  if (step.to === 'copy') return act(state, { kind: 'copy', text: step.text });
  const prompted: AppState = { ...state, prompt: { kind: 'dialog', dialog: step.dialog } };
  const next = step.to === 'perform' ? { ...prompted, jobs: jobsWith(state, step.dialog) } : prompted;
  if (step.to === 'dialog') return only(next);
  return { state: next, effects: [...stops, { kind: step.to, dialog: step.dialog }] };
}

function jobsWith({ jobs, now }: AppState, { action, reason }: Dialog): readonly Job[] {
  const job: Job = { action, reason, moved: now, seenTo: 0, refused: 0, status: 'running', problems: [] };
  return withNewJob(jobs, job);
}

function closeDialog(state: AppState, isDone: boolean): AppState {
  const closed = { ...state, prompt: undefined };
  return isDone ? withShown(closed, { marks: new Map() }) : closed;
}

/** A key, and what keys mean. */
interface Pressed {
  readonly key: Key;
  readonly keymap: Keymap;
}

function inPrompt(
  state: AppState,
  prompt: Extract<Prompt, { readonly kind: 'filter' | 'palette' }>,
  pressed: Pressed,
): Stepped {
  const { text, kind, choice } = prompt;
  const { key } = pressed;
  if (key.name === 'esc') return only({ ...state, prompt: undefined });
  if (kind === 'filter' && key.name === 'enter') return only(filtered({ ...state, prompt: undefined }, text));
  if (kind === 'palette' && (key.name === 'enter' || key.name === 'tab')) return choose(state, prompt, pressed);
  const by = kind === 'palette' ? { down: 1, up: -1 }[key.name] : undefined;
  if (by !== undefined) return only({ ...state, prompt: { ...prompt, choice: Math.max(0, choice + by) } });
  const next = edited(text, key);
  const typed: AppState = { ...state, prompt: { kind, text: next, choice: 0 } };
  // A list is filtered while one types; the log only when it is entered, since it is searched.
  return only(kind === 'filter' && shownCrumb(state).place.screen !== 'log' ? filtered(typed, next) : typed);
}

function edited(text: string, key: Key): string {
  if (key.name === 'backspace') return [...text].slice(0, -1).join('');
  return key.name === 'ctrl+u' ? '' : (text + (key.text ?? '')).slice(0, 500);
}

function filtered(state: AppState, text: string): AppState {
  const { place, list } = shownCrumb(state);
  if (place.screen !== 'log') {
    const { around: _, ...beginning } = place as Place & { readonly around?: unknown };
    const isPart = screenOf(place).part !== undefined;
    return withShown(state, {
      filter: text,
      place: beginning as Place,
      list: isPart ? freshList : { ...list, top: 0 },
    });
  }
  const { around: _, ...end } = place;
  return withShown(state, { filter: text, place: { ...end, where: text.trim() }, list: freshList });
}

function choose(
  state: AppState,
  prompt: Extract<Prompt, { readonly kind: 'filter' | 'palette' }>,
  { key, keymap }: Pressed,
): Stepped {
  const found = matching(choicesOf(shownActions(state)), prompt.text);
  const choice = found[Math.min(prompt.choice, found.length - 1)];
  if (!choice) return only(state);
  const entry = key.name === 'enter' ? entryOf(choice, prompt.text) : undefined;
  // Completion: the words of the command, and room for what it takes.
  if (!entry)
    return only({ ...state, prompt: { ...prompt, text: `${choice.words}${choice.takes ? ' ' : ''}`, choice: 0 } });
  const closed: AppState = { ...state, prompt: undefined };
  if (entry.to === 'place') return only(goTo(closed, entry.place));
  if (entry.to === 'module')
    return only(goTo(closed, { screen: 'debugger', position: positionHere(closed), app: entry.app }));
  if (entry.to === 'action') return beginAction(closed, entry.action);
  return pressKey(closed, { name: keymap.commands.find(({ name }) => name === entry.name)?.keys[0] ?? '' }, keymap);
}
