import { linkSync, renameSync, rmSync } from 'node:fs';
import { systemCode } from '../../core/base/system-error.ts';

/** Does something with a file; false when it is gone. */
export function isDone(run: () => void): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Puts back what was set aside. Never in the place of another one, which may have been used later. */
export function giveBack(aside: string, file: string): void {
  isDone(() => {
    try {
      linkSync(aside, file);
    } catch (error) {
      // Not every file system has two names for a file.
      if (systemCode(error) !== 'EEXIST') return renameSync(aside, file);
    }
    rmSync(aside);
  });
}
