import { plural } from '../../text/printable.ts';
import { cutTo, widthOf } from '../../text/width.ts';
import type { Keymap } from '../app/keymap.ts';
import { numberedScreens, screenOf } from '../app/screen-of.ts';
import { keyedAction, selectedRow, sharedRows, shownActions, shownRows } from '../app/shown.ts';
import { fitTo, line, plainText, type Span, type StyledLine, span, spread } from '../line/styled-line.ts';
import { meaningOfVerb } from '../model/action.ts';
import { type AppState, shownCrumb } from '../model/app-state.ts';
import type { Dialog } from '../model/dialog.ts';
import type { ScreenRow } from '../model/screen.ts';
import { ageOf, countOf, minuteOf } from '../parts/row-parts.ts';
import { dialogLines } from './dialog-lines.ts';
import { helpLines } from './help-lines.ts';
import { paletteLines } from './palette-lines.ts';

/** Below this a screen can show nothing that makes sense. */
export const sizeMin = { columns: 60, rows: 16 };

/** Data that nothing was heard of for so long are old. */
const staleMs = 3_000;

/** The whole screen: exactly as many lines as it has rows, each exactly as wide as it is. */
export function frameOf(state: AppState, keymap: Keymap): readonly StyledLine[] {
  const { columns, rows } = state;
  if (columns < sizeMin.columns || rows < sizeMin.rows) return tooSmall(state);
  const room = rows - 3;
  const body = overlay(state, keymap, room) ?? bodyOf(state, room);
  const lines = [
    header(state),
    ...body.slice(0, room),
    ...blank(room - body.length),
    statusLine(state),
    footer(state, keymap),
  ];
  const fitted = lines.slice(0, rows).map((one) => fitTo(one, columns));
  return state.look.isAscii ? fitted.map(withAsciiMarks) : fitted;
}

/** The marks of a text that is cut, or goes on, in ASCII: each takes one column as well. */
function withAsciiMarks(pieces: StyledLine): StyledLine {
  return pieces.map(({ text, tone }) => ({ tone, text: text.replaceAll(' …', ' .').replaceAll('…', '~') }));
}

function tooSmall({ columns, rows }: AppState): readonly StyledLine[] {
  const text = `too small: ${columns}x${rows}; it takes ${sizeMin.columns}x${sizeMin.rows}`;
  return [line(text), ...blank(rows - 1)].slice(0, Math.max(1, rows)).map((one) => fitTo(one, columns));
}

function blank(count: number): StyledLine[] {
  return Array.from({ length: Math.max(0, count) }, () => []);
}

function overlay(state: AppState, keymap: Keymap, room: number): readonly StyledLine[] | undefined {
  const { prompt, columns } = state;
  if (prompt?.kind === 'dialog') return dialogLines(prompt.dialog, { columns, rows: room }, state.look);
  if (prompt?.kind === 'help') return helpLines(state, keymap, { top: prompt.top, rows: room });
  if (prompt?.kind === 'palette') return paletteLines(state, prompt, room);
  if (prompt?.kind === 'actions') return actionLines(state, prompt.choice);
  return undefined;
}

function actionLines(state: AppState, choice: number): readonly StyledLine[] {
  const actions = shownActions(state);
  const subject =
    actions[0]?.ids.length === 1 ? (actions[0].ids[0] ?? '') : `${actions[0]?.ids.length ?? 0} that are marked`;
  return [
    line(span(` What to do to ${subject}`, 'strong'), span('   nothing is done yet: each asks first', 'dim')),
    [],
    ...actions.map(({ verb }, i) =>
      line(
        i === choice ? span('> ', 'strong') : '  ',
        `${i + 1} `,
        span(verb.padEnd(18), i === choice ? 'chosen' : 'key'),
        ` ${meaningOfVerb(verb)}`,
      ),
    ),
  ];
}

function header(state: AppState): StyledLine {
  const { overview, readOnly, dir, lost } = state;
  const where = line(span(' txlog ', 'strong'), span(dir, 'key'), readOnly ? span('  READ-ONLY', 'warn') : '  RW');
  const crumbs = state.crumbs.map(({ place }) => screenOf(place).title(place)).join(' > ');
  const head = overview ? `  pos ${countOf(overview.head.position)}` : '';
  const right = line(
    lost ? span(' !! LOST ', 'bad') : '',
    // No seconds: a screen on which nothing happens draws nothing.
    overview ? span(` ${minuteOf(overview.time)} `, lost || isStale(state) ? 'warn' : 'dim') : '',
  );
  return spread([...where, span(head, 'dim'), span(`  ${crumbs}`, 'strong')], right, state.columns);
}

function isStale({ now, heard }: AppState): boolean {
  return now - heard > staleMs;
}

function bodyOf(state: AppState, room: number): readonly StyledLine[] {
  const { columns } = state;
  const { place, list } = shownCrumb(state);
  const screen = screenOf(place);
  const shared = sharedRows(state);
  const rows = shownRows(state);
  const head = screen.head(state, place, { columns: columns - 2, rows: room }).slice(0, shared.head);
  const detail = screen.detail?.(state, selectedRow(state, rows), { columns, rows: shared.detail }) ?? [];
  const shown = rows.slice(list.top, list.top + shared.list).map((row, i) => rowLine(state, row, list.top + i));
  const empty = rows.length === 0 ? [line(span(`  ${screen.empty(state, place)}`, 'dim'))] : [];
  const body = [...shown, ...empty];
  return [
    ...head.map((one) => (place.screen === 'overview' ? one : [span('  '), ...one])),
    ...body,
    ...blank(shared.list - body.length),
    ...detail.slice(0, shared.detail),
  ];
}

function rowLine(state: AppState, row: ScreenRow, index: number): StyledLine {
  const { list, marks } = shownCrumb(state);
  const isSelected = index === list.index && !row.isTitle;
  const mark = marks.has(row.id) ? '*' : ' ';
  const drawn = row.draw(state.columns - 2);
  const pieces = isSelected ? [span(plainText(fitTo(drawn, state.columns - 2)), 'chosen')] : drawn;
  return [
    span(isSelected ? '>' : mark, isSelected ? 'strong' : 'warn'),
    span(isSelected && mark === '*' ? '*' : ' ', 'warn'),
    ...pieces,
  ];
}

function statusLine(state: AppState): StyledLine {
  const { prompt, notice, lost, columns } = state;
  if (prompt?.kind === 'filter')
    return line(
      span(' /', 'strong'),
      prompt.text,
      span('_', 'chosen'),
      span('   enter keeps it, esc leaves it', 'dim'),
    );
  if (prompt?.kind === 'palette') return line(span(' :', 'strong'), prompt.text, span('_', 'chosen'));
  if (notice) return line(' ', span(notice.text, notice.tone));
  if (lost) return line(' ', span(`${lost.code}: ${lost.message}`, 'bad'), span('  looks again each second', 'dim'));
  return spread(line(' ', ...countParts(state)), [...heldParts(state), ...ageParts(state)], columns);
}

function countParts(state: AppState): Span[] {
  const { filter, marks, place } = shownCrumb(state);
  const rows = shownRows(state).filter(({ isTitle }) => !isTitle);
  const parts = [span(plural(rows.length, 'row'), 'dim')];
  if (filter !== '' && place.screen !== 'log') parts.push(span(`  /${filter}`, 'key'));
  if (marks.size > 0) parts.push(span(`  ${marks.size} marked`, 'warn'));
  return parts;
}

/**
 * What the screen does without, and why: its app, of which then nothing is known or decided; else what would change the
 * environment.
 */
function heldParts({ without, readOnly, columns }: AppState): StyledLine {
  const app = without && `without its app: ${without.code}: ${without.message}`;
  const held = app ?? readOnly;
  return held === undefined ? [] : [span(`${cutTo(held, columns - (app === undefined ? 12 : 24))} `, 'warn')];
}

function ageParts(state: AppState): StyledLine {
  if (!state.overview) return [];
  return isStale(state) ? line(span(`data ${ageOf(state.now - state.heard)} old `, 'warn')) : [];
}

/** The keys that do something in a dialog now. */
function dialogKeys({ status }: Dialog, interrupt: string): string {
  if (status === 'working') return `esc lets it go on  ${interrupt} ends the screen, and what is not begun`;
  return status === 'done' ? 'any key closes  y copy' : 'tab next  enter go on  esc cancel';
}

function footer(state: AppState, keymap: Keymap): StyledLine {
  const key = (name: string) => keymap.commands.find((command) => command.name === name)?.keys[0] ?? '';
  if (state.prompt?.kind === 'dialog')
    return line(span(` ${dialogKeys(state.prompt.dialog, key('interrupt'))}`, 'dim'));
  if (state.prompt) return line(span(' enter choose  esc back', 'dim'));
  const isWide = state.columns >= 100;
  const numbers = numberedScreens(state).map(({ key: number, name }) => (isWide ? `${number} ${name}` : number));
  const right = ` ${numbers.join(' ')} `;
  // The key that mends it comes before those that are the same everywhere.
  const mends = (['retry', 'take over'] as const).flatMap((name) => {
    const action = keyedAction(state, name);
    return action ? [`${key(name)} ${action.verb}`] : [];
  });
  const actions = shownActions(state).length > 0 ? [...mends, `${key('actions')} do`] : [];
  const first = [`${key('open')} open`, `${key('back')} back`, ...actions];
  const known = [`${key('filter')} filter`, `${key('palette')} go`, `${key('copy')} copy`];
  const last = [`${key('help')} help`, `${key('quit')} quit`];
  const texts = known.map((_, left) => textOf([...first, ...known.slice(0, known.length - left), ...last]));
  const text = texts.find((one) => widthOf(one + right) <= state.columns) ?? textOf([...first, ...last]);
  return spread(line(span(text, 'dim')), line(span(right, 'dim')), state.columns);
}

function textOf(hints: readonly string[]): string {
  return ` ${hints.join('  ')}`;
}
