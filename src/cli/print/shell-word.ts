import { printable } from './text.ts';

/** A word as a POSIX shell reads it back, in quotes only where they are needed. */
export function shellWord(text: string): string {
  const safe = printable(text);
  return /^[\w./:@%+,=-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", `'\\''`)}'`;
}
