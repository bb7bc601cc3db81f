import { type Action, commandOf, secondsOf } from './action.ts';
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
  /** The effect on a sample; undefined while that is found out. */
  readonly plan: readonly PlanItem[] | undefined;
  readonly status: 'asking' | 'working' | 'done';
  readonly problem?: string;
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
export function missingOf({ action, reason, span, count, plan }: Dialog): string | undefined {
  if (plan === undefined) return 'what it would do is being found out';
  if (plan.length > 0 && plan.every(({ refused }) => refused !== undefined)) return 'it would be refused';
  if (action.verb === 'store' && secondsOf(span) === undefined) return `${span} is no span of time: 90, 10m, 2h`;
  if (reason.trim() === '') return 'a reason is needed: it stays in the log';
  if (action.ids.length > 1 && count.trim() !== String(action.ids.length))
    return `type how many there are: ${action.ids.length}`;
  return undefined;
}

/** The same in a shell. */
export function dialogCommand({ action, reason, actor, span, dir }: Dialog): string {
  return commandOf(action, { reason, actor, span }, dir);
}

/** Takes a key into a dialog. */
export function stepDialog(dialog: Dialog, key: Key): DialogStep {
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
  return dialog.field === 'span'
    ? { to: 'rehearse', dialog: { ...next, plan: undefined } }
    : { to: 'dialog', dialog: next };
}

function entered(dialog: Dialog): DialogStep {
  if (dialog.field === 'cancel') return { to: 'closed' };
  if (dialog.field !== 'do') return moved(dialog, 1);
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
