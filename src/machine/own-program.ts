import { readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** The word by which the program is asked for the checkpoints of an environment. It is no command. */
export const checkpointing = '__checkpoints';

/**
 * The program of the command line, in the build that a file of this package belongs to. Undefined where the file is elsewhere,
 * such as in a bundle that users made of it: what lies beside that is not ours to start.
 */
export function programOf(file: string): string | undefined {
  const parts = file.split(sep);
  const root = parts.slice(0, parts.lastIndexOf('dist')).join(sep);
  return parts.includes('dist') && isOurs(root) ? join(root, 'bin', 'run.js') : undefined;
}

function isOurs(root: string): boolean {
  try {
    const { name, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return name === 'txlog' && bin?.txlog !== undefined;
  } catch {
    // It is no package, or not ours: then there is none to start.
    return false;
  }
}
