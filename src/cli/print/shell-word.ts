import { printable } from './text.ts';

/** A word that a shell reads as it is. */
export function shellWord(text: string): string {
  const safe = printable(text);
  return /^[\w./:@%+,=][\w./:@%+,=-]*$/.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}
