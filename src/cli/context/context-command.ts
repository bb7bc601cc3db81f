import { TxlogError } from '../../core/base/errors.ts';
import type { Context } from '../../environment/contexts.ts';
import type { ListedContext } from '../../shapes/context.ts';
import { BaseCommand } from '../frame/base-command.ts';

/** A command on contexts. */
export abstract class ContextCommand extends BaseCommand {
  /** A context, and whether it is the current one. */
  protected listed(context: Context): ListedContext {
    return { ...context, current: this.contexts.currentName() === context.name };
  }

  /** The context of a name, else the current one. Errors: CONTEXT_NOT_FOUND. */
  protected contextNamed(name: string | undefined): Context {
    const wanted = name ?? this.contexts.currentName();
    if (wanted !== undefined) return this.contexts.get(wanted);
    throw new TxlogError('CONTEXT_NOT_FOUND', 'there is no current context', {
      next: ['txlog context list', 'txlog context use NAME'],
    });
  }
}
