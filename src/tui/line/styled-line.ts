import { printable } from '../../text/printable.ts';
import { cutTo, widthOf } from '../../text/width.ts';

/** The meaning of a piece of text; colours follow from it. */
export type Tone = 'plain' | 'good' | 'bad' | 'warn' | 'dim' | 'strong' | 'key' | 'chosen';

/** A piece of a line. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** One line of the screen. No text in it can make the terminal do anything. */
export type StyledLine = readonly Span[];

/** A piece of text from anywhere, made harmless. */
export function span(text: string, tone: Tone = 'plain'): Span {
  return { text: printable(text), tone };
}

/** A line of pieces; plain text may stand for itself. */
export function line(...parts: readonly (Span | string)[]): StyledLine {
  return parts.map((part) => (typeof part === 'string' ? span(part) : part));
}

/** The text of a line. */
export function plainText(pieces: StyledLine): string {
  return pieces.map(({ text }) => text).join('');
}

/** A line that is exactly so many columns wide: cut with a mark, or filled with spaces. */
export function fitTo(pieces: StyledLine, columns: number): StyledLine {
  const fitted: Span[] = [];
  let left = columns;
  for (const { text, tone } of pieces) {
    if (left <= 0) break;
    const cut = cutTo(text, left);
    fitted.push({ text: cut, tone });
    left -= widthOf(cut);
    if (cut !== text) left = Math.min(left, 0);
  }
  const used = fitted.reduce((sum, { text }) => sum + widthOf(text), 0);
  return used >= columns ? fitted : [...fitted, { text: ' '.repeat(columns - used), tone: 'plain' }];
}

/** Two lines side by side, the second at the right end. */
export function spread(left: StyledLine, right: StyledLine, columns: number): StyledLine {
  const width = right.reduce((sum, { text }) => sum + widthOf(text), 0);
  if (width >= columns) return fitTo(right, columns);
  return [...fitTo(left, columns - width), ...right];
}

/** A title with a rule to the end of the line. */
export function rule(title: Span | string, columns: number, isAscii: boolean): StyledLine {
  const dash = isAscii ? '-' : '─';
  const named = line(`${dash} `, title, ' ');
  const used = named.reduce((sum, { text }) => sum + widthOf(text), 0);
  return fitTo([...named, span(dash.repeat(Math.max(0, columns - used)), 'dim')], columns);
}

/** Text in up to `most` lines, broken between words where it can be. What is beyond them costs nothing. */
export function wrap(
  text: string,
  columns: number,
  { most, tone = 'plain' }: { readonly most: number; readonly tone?: Tone },
): StyledLine[] {
  const lines: StyledLine[] = [];
  // A character that is drawn may have marks upon it, which take no column.
  let rest = printable(text.slice(0, columns * most * unitsPerColumnMax));
  while (lines.length < most && rest !== '') {
    const at = widthOf(rest) > columns ? breakOf(rest, columns) : rest.length;
    lines.push([{ text: rest.slice(0, at), tone }]);
    rest = rest.slice(at).trimStart();
  }
  return lines;
}

const unitsPerColumnMax = 8;

/** Where the first line of a text ends that takes more than one. */
function breakOf(text: string, columns: number): number {
  const head = cutTo(text, columns + 1).slice(0, -1);
  const space = head.lastIndexOf(' ');
  return space > columns / 2 ? space : Math.max(1, head.length);
}
