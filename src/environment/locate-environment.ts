import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { TxlogError } from '../core/base/errors.ts';
import { shellWord } from '../core/base/shell-word.ts';
import { findDistrust } from '../machine/file-rights.ts';
import { currentFile } from '../storage/lmdb/generation.ts';

/** The name of an environment's directory, unless another one is chosen. */
export const defaultName = '.txlog';

/** The environment in a directory that a user named: the directory itself, or the `.txlog` that it holds. */
export function environmentIn(dir: string): string {
  const inner = join(dir, defaultName);
  return !isEnvironment(dir) && isEnvironment(inner) ? inner : dir;
}

/**
 * The environment of the working directory: its own `.txlog`, else that of the closest directory above which has one, as
 * a path from here. Undefined when there is none.
 *
 * Errors: ENV_NOT_FOUND when another user can have put the one above in its place: what is written there would be theirs.
 */
export function environmentHere(cwd: string): string | undefined {
  if (existsSync(join(cwd, defaultName))) return defaultName;
  for (let above = dirname(resolve(cwd)); ; above = dirname(above)) {
    const found = join(above, defaultName);
    if (isEnvironment(found)) {
      refuseForeign(found);
      return relative(cwd, found);
    }
    if (above === dirname(above)) return undefined;
  }
}

/** Whether a directory is an environment, by its look: whoever opens it finds out. */
export function isEnvironment(dir: string): boolean {
  return existsSync(currentFile(dir));
}

function refuseForeign(dir: string): void {
  const why = findDistrust(dir);
  if (why === undefined) return;
  throw new TxlogError('ENV_NOT_FOUND', `there is no environment in ${defaultName}`, {
    hint: `There is one in ${dir}, but ${why}: name it if you want that one.`,
    next: [`txlog status --env ${shellWord(dir)}`, 'txlog init'],
  });
}
