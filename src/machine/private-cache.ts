import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { isPrivateDir } from './file-rights.ts';
import { makeDirs } from './make-dirs.ts';

/**
 * A directory for code that was compiled before, which only this user can write: `XDG_CACHE_HOME/txlog`, else
 * `~/.cache/txlog`. Undefined where there is none such; the caller does without. What lies in a shared temporary
 * directory may be anyone's, and would run as this user.
 */
export function privateCache(name: string): string | undefined {
  try {
    const named = process.env.XDG_CACHE_HOME ?? '';
    // The XDG Base Directory Specification has relative paths ignored.
    const dir = join(isAbsolute(named) ? named : join(homedir(), '.cache'), 'txlog', name);
    makeDirs(dir, 0o700);
    const real = realpathSync(dir);
    return isPrivateDir(real) ? real : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}
