import { resolve } from 'node:path';
import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import { limits } from '../../core/base/limits.ts';
import {
  type Context,
  type ContextColor,
  type Contexts,
  contextColors,
  isContextName,
} from '../../environment/contexts.ts';
import { environmentIn, isEnvironment } from '../../environment/locate-environment.ts';

/** The colours, for a flag. */
export const colorNames = contextColors;

/** The words of `context add`. */
interface AddedContext {
  readonly name: string;
  readonly dir: string;
  readonly color?: ContextColor | undefined;
  readonly protected?: boolean;
  readonly replace?: boolean;
  readonly use?: boolean;
}

/**
 * Adds a context. `isEmpty` when its directory holds no environment yet.
 *
 * Errors: USAGE for a name that none can have; CONTEXT_EXISTS; those of `Contexts`.
 */
export function addContext(
  contexts: Contexts,
  { name, dir, color, protected: isProtected = false, replace = false, use = false }: AddedContext,
): { readonly context: Context; readonly isEmpty: boolean } {
  if (!isContextName(name)) {
    throw new TxlogError('USAGE', `${JSON.stringify(name)} cannot be the name of a context`, {
      hint: `A name is up to ${limits.contextNameUnitsMax} letters, digits, ".", "_" and "-"; it begins with a letter or digit.`,
      next: ['txlog context add --help'],
    });
  }
  if (dir === '') throw new TxlogError('USAGE', 'DIR is empty: it names no environment', { next: ['pwd'] });
  const context: Context = { name, dir: environmentIn(resolve(dir)), protected: isProtected, ...given({ color }) };
  contexts.add(context, replace);
  if (use) contexts.use(name);
  return { context, isEmpty: !isEnvironment(context.dir) };
}
