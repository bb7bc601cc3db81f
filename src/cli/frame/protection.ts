import { TxlogError } from '../../core/base/errors.ts';
import { shellWord } from '../../core/base/shell-word.ts';
import { type ChosenEnvironment, contextOf, unexpectedContext } from '../../environment/choose-environment.ts';
import type { Context, Contexts } from '../../environment/contexts.ts';
import { makeColors } from '../../text/colors.ts';
import { printable } from '../../text/printable.ts';
import { ask, canAsk } from './confirm.ts';
import { say } from './stderr.ts';

let known: string | undefined;

/** From now on people know that they work on this context, or directory: the prompt of a shell says so. */
export function knowName(name: string): void {
  known = name;
}

/** The name of a context in its colour, as people see it everywhere. */
function contextText({ name, color }: Context, hasColor: boolean): string {
  return color === undefined ? name : makeColors(hasColor).paint(color, name);
}

/**
 * Tells people, on stderr, that a command works on another environment than they may expect: on that of a context which
 * nobody named in the command line, or not on that of the current context.
 */
export function tellContext(chosen: ChosenEnvironment, contexts: Contexts, hasColor: boolean): void {
  const unexpected = unexpectedContext(chosen, contexts);
  if (unexpected === undefined) return;
  if (known === (unexpected.isUsed ? unexpected.context.name : chosen.dir)) return;
  const name = contextText(unexpected.context, hasColor);
  const dir = printable(chosen.dir);
  say(unexpected.isUsed ? `context ${name}: ${dir}\n` : `environment of this directory, ${dir}, not context ${name}\n`);
}

/**
 * The one place that guards the environments of protected contexts: the context's name is to be typed on a terminal; where
 * nobody can be asked, or something else was typed, the command is refused. `agreed` (--yes) is the answer.
 *
 * Errors: CONTEXT_PROTECTED; those of `Contexts`.
 */
export async function guardProtected(
  chosen: ChosenEnvironment,
  contexts: Contexts,
  { agreed, hasColor }: { readonly agreed: boolean; readonly hasColor: boolean },
): Promise<void> {
  if (agreed) return;
  const context = contextOf(chosen, contexts);
  if (!context?.protected) return;
  const question = `This changes context ${contextText(context, hasColor)}, which is protected. Type its name: `;
  if (canAsk() && (await ask(question)) === context.name) return;
  throw new TxlogError('CONTEXT_PROTECTED', `context ${context.name} is protected, and this command changes it`, {
    hint: canAsk() ? 'Its name was not typed; nothing was done.' : 'There is no terminal to ask on: use --yes.',
    next: [`txlog context show ${shellWord(context.name)}`],
  });
}
