import { line, rule, type Span, type StyledLine, span, wrap } from '../line/styled-line.ts';
import { kindOf, meaningOfVerb } from '../model/action.ts';
import type { Look } from '../model/app-state.ts';
import {
  type Dialog,
  dialogCommand,
  type Field,
  fieldsOf,
  missingOf,
  type PlanItem,
  tallyOf,
  triedOf,
} from '../model/dialog.ts';
import type { Room } from '../model/screen.ts';

/** An action before it is done: what would happen, to how many, and what it asks. */
export function dialogLines(dialog: Dialog, { columns, rows }: Room, look: Look): readonly StyledLine[] {
  const { action, status, problem } = dialog;
  const kind = kindOf(action.verb);
  const many = action.ids.length;
  const subject = many === 1 ? `${kind} ${action.ids[0]}` : `${many} ${kind}s`;
  const top = [
    rule(span(`${action.verb}: ${subject}`, 'strong'), columns, look.isAscii),
    line(` ${many === 1 ? 'It' : 'Each'} ${meaningOfVerb(action.verb)}.`),
    [],
  ];
  const below = [...failedLines(dialog, columns), ...(status === 'done' ? doneLines(dialog) : askLines(dialog))];
  const command = commandLines(dialog, columns - 3);
  const end = [
    ...(problem === undefined ? [] : [line(' ', span(problem, 'bad'))]),
    [],
    line(span(' the same in a shell', 'dim'), span(status === 'done' ? ' (y copies it)' : '', 'dim')),
    ...command.map((one): StyledLine => [span('  '), ...one]),
  ];
  const room = Math.max(2, rows - top.length - below.length - end.length);
  return [...top, ...planLines(dialog, room, columns), ...below, ...end];
}

/** Ids that the command is shown with; the one that is copied has all. */
const shownIdsMax = 20;

/** The command in three lines at most. */
function commandLines(dialog: Dialog, columns: number): StyledLine[] {
  const { ids } = dialog.action;
  const action = { ...dialog.action, ids: ids.slice(0, shownIdsMax) };
  const more = ids.length - action.ids.length;
  const command = wrap(dialogCommand({ ...dialog, action }), columns, { most: more > 0 ? 2 : 3, tone: 'key' });
  return more > 0 ? [...command, line(span(`and the same for ${more} more`, 'dim'))] : command;
}

function planLines({ plan, action, status, failed }: Dialog, room: number, columns: number): StyledLine[] {
  if (!plan) return failed ? [] : [line(span(' what it would do: …', 'dim')), []];
  const tried = triedOf(plan);
  const refused = tried.filter((item) => item.refused !== undefined).length;
  const sample = status !== 'done' && tried.length < action.ids.length ? ` (a sample of ${tried.length})` : '';
  const would = status === 'done' ? 'refused' : 'would be refused';
  const title = line(` ${action.ids.length} in all${sample}`, refused > 0 ? span(`, ${refused} ${would}`, 'bad') : '');
  const items = tried.slice(0, Math.max(1, room - 2)).map((item) => itemLine(item, columns));
  return [title, ...items, []];
}

function itemLine({ id, before, after, refused }: PlanItem, columns: number): StyledLine {
  const name = span(columns < 100 ? id.slice(0, 30) : id, 'key');
  if (refused !== undefined) return line('  ', span('x ', 'bad'), name, ` ${before}: `, span(refused, 'bad'));
  return line('    ', name, ` ${before} -> `, span(after ?? '', 'good'));
}

const labels: Readonly<Record<Field, string>> = {
  ...{ span: 'for how long', reason: 'reason', count: 'how many', cancel: 'Cancel', do: 'Do it' },
};

function askLines(dialog: Dialog): StyledLine[] {
  const fields = fieldsOf(dialog).filter((field) => field !== 'cancel' && field !== 'do');
  const asked = fields.map((field) => fieldLine(dialog, field as 'span' | 'reason' | 'count'));
  const missing = missingOf(dialog);
  const button = (field: 'cancel' | 'do'): Span => {
    const text = dialog.field === field ? `[${labels[field]}]` : ` ${labels[field]} `;
    return span(text, dialog.field === field ? 'chosen' : 'dim');
  };
  const busy = dialog.status === 'working' ? span('  working …  esc lets it go on: 7 shows it', 'warn') : '';
  const hint =
    dialog.status === 'asking' && dialog.field === 'do' && missing !== undefined ? span(`  ${missing}`, 'warn') : '';
  return [...asked, line('  ', button('cancel'), '  ', button('do'), busy, hint)];
}

function fieldLine(dialog: Dialog, field: 'span' | 'reason' | 'count'): StyledLine {
  const isHere = dialog.field === field;
  const label = `${isHere ? '> ' : '  '}${labels[field].padEnd(13)}`;
  return line(span(label, isHere ? 'strong' : 'dim'), dialog[field], isHere ? span('_', 'chosen') : '');
}

function doneLines({ action, plan: items = [] }: Dialog): StyledLine[] {
  const isWhole = items.length === action.ids.length && items.every(({ after }) => after !== undefined);
  return [line(' ', span(tallyOf(action, { items }), isWhole ? 'good' : 'warn'), span('   any key closes', 'dim'))];
}

/** The error because of which it is not known what it would do, or not all was done, and what to do about it. */
function failedLines({ failed }: Dialog, columns: number): StyledLine[] {
  if (!failed) return [];
  const why = wrap(`${failed.code}: ${failed.message}`, columns - 2, { most: 4, tone: 'bad' });
  return [...why, ...failed.next.map((next) => [span(`-> ${next}`, 'strong')])].map((one) => [span(' '), ...one]);
}
