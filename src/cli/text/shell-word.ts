import { shellWord as quoted } from '../../core/base/shell-word.ts';
import { printable } from './text.ts';

/** A word of a command that is printed: as a shell reads it back, and harmless to a terminal. */
export function shellWord(text: string): string {
  return quoted(printable(text));
}
