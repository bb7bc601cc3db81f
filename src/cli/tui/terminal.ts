import { accessSync, constants } from 'node:fs';
import { userInfo } from 'node:os';

/** Whether both what is typed and what is shown go to one terminal that can draw. */
export function hasScreen(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true && process.env.TERM !== 'dumb';
}

/** Whether this user may write in the environment's directory. */
export function canWrite(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether the terminal's locale has no lines and bars to draw with. */
export function isAsciiTerminal(): boolean {
  const { LC_ALL, LC_CTYPE, LANG, TERM } = process.env;
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  return TERM === 'linux' ? false : locale !== '' && !/utf-?8/i.test(locale);
}

/** The name of this user: as the machine knows it, else as the shell does; the number of one whom neither knows. */
export function ownName(readUser: () => { readonly username: string } = userInfo): string {
  try {
    return readUser().username;
  } catch {
    // A container may run as a number that has no name.
    const { USER, LOGNAME } = process.env;
    return USER || LOGNAME || String(process.getuid?.() ?? 'unknown');
  }
}
