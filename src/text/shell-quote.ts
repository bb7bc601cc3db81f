import { shellWord as quoted } from '../core/base/shell-word.ts';
import { printable } from './printable.ts';

/** A word of a command that is printed: as a shell reads it back, and harmless to a terminal. */
export function shellQuote(text: string): string {
  return quoted(printable(text));
}
