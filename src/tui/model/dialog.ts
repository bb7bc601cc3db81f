import { printable } from '../../text/printable.ts';
import { type Action, commandOf, secondsOf } from './action.ts';
import type { Problem } from './screen-problem.ts';
import type { Key } from './typed-keys.ts';

/** The effect of an action on one of those that it is about. */
export interface PlanItem {
  readonly id: string;
  readonly before: string;
  readonly after?: string;
  readonly refused?: string;
  /** Position of its newest record when the plan was made: at another one it is not done. */
  readonly position: number;
}

/**
 * The items that were begun, in the order of the ids; of those with neither `after` nor `refused` the end is not known.
 * `failed` is the error at which it ended before its end.
 */
export interface Performed {
  readonly items: readonly PlanItem[];
  readonly failed?: Problem;
}

/** Where keys go in a dialog. */
export type Field = 'span' | 'reason' | 'count' | 'cancel' | 'do';

/** An action that is looked at before it is done. Nothing is done unless a person went all the way to `do`. */
export interface Dialog {
  readonly action: Action;
  readonly actor: string;
  /** The environment, for the command that does the same. */
  readonly dir: string;
  readonly field: Field;
  readonly reason: string;
  readonly span: string;
  /** How many there are, as it was typed: asked of many. */
  readonly count: string;
  /** Where each of them stands, and the effect on a sample; undefined while that is found out, and where it could not be. */
  readonly plan: readonly PlanItem[] | undefined;
  readonly status: 'asking' | 'working' | 'done';
  readonly problem?: string;
  /** Why it is not known what it would do; once it was done, why not all of it was. */
  readonly failed?: Problem;
}

/** Where a key leads in a dialog. */
export type DialogStep =
  | { readonly to: 'dialog'; readonly dialog: Dialog }
  | { readonly to: 'closed' }
  | { readonly to: 'perform'; readonly dialog: Dialog }
  | { readonly to: 'rehearse'; readonly dialog: Dialog }
  | { readonly to: 'copy'; readonly text: string };

/** A dialog that was just opened: cancelling is what enter does unless something is filled in and chosen. */
export function openDialog(action: Action, { actor, dir }: Pick<Dialog, 'actor' | 'dir'>): Dialog {
  const field = action.verb === 'store' ? 'span' : 'reason';
  return { action, actor, dir, field, reason: '', span: '10m', count: '', plan: undefined, status: 'asking' };
}

/** The fields of a dialog, in the order of tab. */
export function fieldsOf({ action }: Dialog): readonly Field[] {
  return [
    ...(action.verb === 'store' ? (['span'] as const) : []),
    'reason',
    ...(action.ids.length > 1 ? (['count'] as const) : []),
    'cancel',
    'do',
  ];
}

/** The first thing that is missing before it can be done. */
export function missingOf({ action, reason, span, count, plan, failed }: Dialog): string | undefined {
  if (plan === undefined)
    return failed ? 'what it would do is not known: enter looks again' : 'what it would do is being found out';
  const tried = triedOf(plan);
  if (tried.length > 0 && tried.every(({ refused }) => refused !== undefined)) return 'it would be refused';
  if (action.verb === 'store' && secondsOf(span) === undefined) return `${span} is not a duration: 90, 10m, 2h`;
  if (!hasReason(reason)) return reasonNeeded;
  if (action.ids.length > 1 && count.trim() !== String(action.ids.length))
    return `type how many there are: ${action.ids.length}`;
  return undefined;
}

const reasonNeeded = 'a reason is needed: it stays in the log';

/** Whether a reason says something: the mark for a missing one does not. */
function hasReason(reason: string): boolean {
  return !/^[\s.…]*$/.test(reason);
}

/** Those of a plan whose end is known. */
export function triedOf(plan: readonly PlanItem[]): readonly PlanItem[] {
  return plan.filter(({ after, refused }) => after !== undefined || refused !== undefined);
}

/** The outcome of what was done, in numbers. */
export function tallyOf({ ids }: Action, { items }: Pick<Performed, 'items'>): string {
  const refused = items.filter((item) => item.refused !== undefined).length;
  const failed = items.length - triedOf(items).length;
  const left = ids.length - items.length;
  const parts = [
    ...(refused > 0 ? [`refused: ${refused}`] : []),
    ...(failed > 0 ? [`failed: ${failed}`] : []),
    ...(left > 0 ? [`not begun: ${left}`] : []),
  ];
  return [`done: ${items.length - refused - failed}`, ...parts].join(', ');
}

/** The same for the terminal that the screen has given back, with the error in words. */
export function endedText(action: Action, performed: Performed): string {
  const { failed } = performed;
  const lines = [`${action.verb}: ${tallyOf(action, performed)}`];
  if (failed) lines.push(`${failed.code}: ${failed.message}`, ...failed.next.map((next) => `next: ${next}`));
  return `${lines.map(printable).join('\n')}\n`;
}

/** Whether it is being found out what it would do. */
export function isLooking({ status, plan, failed }: Dialog): boolean {
  return status === 'asking' && plan === undefined && failed === undefined;
}

/** The same in a shell. */
export function dialogCommand({ action, reason, actor, span, dir }: Dialog): string {
  return commandOf(action, { reason, actor, span }, dir);
}

/** Takes a key into a dialog. */
export function stepDialog(dialog: Dialog, key: Key): DialogStep {
  // Work that was begun goes on as a job, which tells its result.
  if (key.name === 'esc') return { to: 'closed' };
  if (dialog.status === 'working') return { to: 'dialog', dialog };
  if (dialog.status === 'done') return key.name === 'y' ? copied(dialog) : { to: 'closed' };
  if (key.name === 'tab' || key.name === 'down') return moved(dialog, 1);
  if (key.name === 'shift+tab' || key.name === 'up') return moved(dialog, -1);
  if (key.name === 'enter') return entered(dialog);
  if (dialog.field === 'cancel' || dialog.field === 'do') return onButton(dialog, key);
  return typed(dialog, key);
}

function copied(dialog: Dialog): DialogStep {
  if (!hasReason(dialog.reason)) return { to: 'dialog', dialog: { ...dialog, problem: reasonNeeded } };
  return { to: 'copy', text: dialogCommand(dialog) };
}

function onButton(dialog: Dialog, key: Key): DialogStep {
  if (key.name === 'y') return copied(dialog);
  if (key.name === 'right') return { to: 'dialog', dialog: { ...dialog, field: 'do' } };
  if (key.name === 'left') return { to: 'dialog', dialog: { ...dialog, field: 'cancel' } };
  return { to: 'dialog', dialog };
}

function moved(dialog: Dialog, by: number): DialogStep {
  const fields = fieldsOf(dialog);
  const at = (fields.indexOf(dialog.field) + by + fields.length) % fields.length;
  const field = fields[at] ?? 'reason';
  const next = { ...dialog, field };
  // For how long it sleeps changes what it would do.
  return dialog.field === 'span' ? looksAgain(next) : { to: 'dialog', dialog: next };
}

/** Only the answer to the newest question counts: each has an action of its own. */
function looksAgain({ problem: _, failed: __, ...dialog }: Dialog): DialogStep {
  return { to: 'rehearse', dialog: { ...dialog, action: { ...dialog.action }, plan: undefined } };
}

function entered(dialog: Dialog): DialogStep {
  if (dialog.field === 'cancel') return { to: 'closed' };
  if (dialog.field !== 'do') return moved(dialog, 1);
  if (dialog.plan === undefined && dialog.failed) return looksAgain(dialog);
  const missing = missingOf(dialog);
  if (missing !== undefined) return { to: 'dialog', dialog: { ...dialog, problem: missing } };
  const { problem: _, ...rest } = dialog;
  return { to: 'perform', dialog: { ...rest, status: 'working' } };
}

const textMax = 200;

function typed(dialog: Dialog, key: Key): DialogStep {
  const { problem: _, ...rest } = dialog;
  const field = dialog.field as 'reason' | 'span' | 'count';
  const before = dialog[field];
  const after =
    key.name === 'backspace'
      ? [...before].slice(0, -1).join('')
      : key.name === 'ctrl+u'
        ? ''
        : (before + (key.text ?? '')).slice(0, textMax);
  return { to: 'dialog', dialog: { ...rest, [field]: after } };
}
