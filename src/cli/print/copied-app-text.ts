import { join } from 'node:path';
import type { CopiedApp } from '../../environment/config.ts';
import { printable } from '../../text/printable.ts';

/** For people, which app a copy of an environment remembers, and what to do when that is not there. */
export function copiedAppText(dir: string, { app, found }: CopiedApp): string {
  const name = printable(app);
  if (found) return `its app is ${name}, relative to ${printable(dir)}`;
  return (
    `its app ${name} is not there: what needs the app is refused (APP_NOT_FOUND)\n` +
    `next: mend the path in ${printable(join(dir, 'config.json'))}, or name the module with --app`
  );
}
