import type { ErrorDetails } from '../../core/base/errors.ts';
import { printable } from '../../text/printable.ts';
import { widthOf } from '../../text/width.ts';

/** Units of the text that are shown before and behind the place. */
const around = { before: 40, behind: 36 };

/** The part of a text that an error has a place in, and a caret under the place; nothing where there is none. */
export function excerptOf({ source, column }: ErrorDetails): readonly string[] {
  if (source === undefined || column === undefined || column > source.length + 1 || source.trim() === '') return [];
  const at = column - 1;
  const start = Math.max(0, at - around.before);
  const end = Math.min(source.length, at + around.behind);
  const before = `${start > 0 ? '…' : ''}${printable(source.slice(start, at).toWellFormed())}`;
  const behind = `${printable(source.slice(at, end).toWellFormed())}${end < source.length ? '…' : ''}`;
  return [`    ${before}${behind}`, `    ${' '.repeat(widthOf(before))}^`];
}
