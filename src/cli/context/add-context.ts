import { resolve } from 'node:path';
import { TxlogError } from '../../core/base/errors.ts';
import { isFrontendAddress, readFrontendAddress } from '../../core/base/frontend-address.ts';
import { given, ifGiven } from '../../core/base/given.ts';
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
  readonly 'token-file'?: string | undefined;
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
  added: AddedContext,
): { readonly context: Context; readonly isEmpty: boolean } {
  const { name, dir, color, protected: isProtected = false, replace = false, use = false } = added;
  if (!isContextName(name)) {
    throw new TxlogError('USAGE', `${JSON.stringify(name)} cannot be the name of a context`, {
      hint: `A name is up to ${limits.contextNameUnitsMax} letters, digits, ".", "_" and "-"; it begins with a letter or digit.`,
      next: ['txlog context add --help'],
    });
  }
  if (dir === '') throw new TxlogError('USAGE', 'DIR is empty: it names no environment', { next: ['pwd'] });
  const place = isFrontendAddress(dir) ? wholeAddress(dir) : environmentIn(resolve(dir));
  const tokenFile = ifGiven(added['token-file'], (file) => resolve(file));
  if (tokenFile !== undefined && !isFrontendAddress(dir))
    throw new TxlogError('USAGE', '--token-file belongs to the address of a frontend, and DIR is a directory', {
      next: ['txlog context add --help'],
    });
  const context: Context = { name, dir: place, protected: isProtected, ...given({ color, tokenFile }) };
  contexts.add(context, replace);
  if (use) contexts.use(name);
  return { context, isEmpty: !isFrontendAddress(place) && !isEnvironment(place) };
}

/** An address that means the same in each directory. Errors: USAGE of one that is none. */
function wholeAddress(text: string): string {
  const address = readFrontendAddress(text);
  return 'path' in address ? `unix:${resolve(address.path)}` : address.origin;
}
