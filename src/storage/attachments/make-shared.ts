import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { rightsIn, setRights } from '../../machine/file-rights.ts';
import { makeDirs } from '../../machine/make-dirs.ts';

/** Makes a directory with the rights of the one above it, whatever the umask. Errors: those of the system. */
export function makeShared(dir: string): void {
  if (existsSync(dir)) return;
  const rights = rightsIn(dirname(dir)).dir;
  makeDirs(dir, rights);
  setRights(dir, rights);
}
