import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { isPrivateDir } from './file-rights.ts';
import { makeDirs } from './make-dirs.ts';
import { xdgDir } from './xdg-dir.ts';

/**
 * A directory for code that was compiled before, which only this user can write (`xdgDir`). Undefined where there is none such; the caller does without. What lies in a shared temporary
 * directory may be anyone's, and would run as this user.
 */
export function privateCache(name: string): string | undefined {
  try {
    const cache = xdgDir('cache');
    if (cache === undefined) return undefined;
    const dir = join(cache, name);
    makeDirs(dir, 0o700);
    const real = realpathSync(dir);
    return isPrivateDir(real) ? real : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}
