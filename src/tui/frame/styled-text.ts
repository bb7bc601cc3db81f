import { assert } from '../../core/base/assert.ts';
import type { Span, StyledLine, Tone } from '../line/styled-line.ts';

// Sixteen colours, by their numbers: a terminal has its own shades for them. Each part of a look is set, and unset.
const [bold, dim, inverse] = [
  ['1', '22'],
  ['2', '22'],
  ['7', '27'],
] as const;
const colorEnd = '39';
const looks: Readonly<Record<Tone, { readonly color?: string; readonly style?: readonly [string, string] }>> = {
  plain: {},
  good: { color: '32' },
  bad: { color: '31', style: bold },
  warn: { color: '33' },
  dim: { style: dim },
  strong: { style: bold },
  key: { color: '36' },
  chosen: { style: inverse },
};

const eraseToEnd = '\u001b[K';

/**
 * A line with the codes that a terminal draws it by, over whatever stood there. One that is blank at its end is erased from
 * there; one that is not is erased before: in the last column of a terminal, the end of the line is that column.
 */
export function styledText(pieces: StyledLine, hasColor: boolean): string {
  const merged = withoutSeams(pieces);
  const last = merged.at(-1);
  const isOpen = !last || (last.tone !== 'chosen' && last.text.trimEnd() !== last.text);
  const shown = isOpen && last ? [...merged.slice(0, -1), { ...last, text: last.text.trimEnd() }] : merged;
  const text = shown.map((piece) => styled(piece.text, looks[piece.tone], hasColor)).join('');
  return isOpen ? `${text}${eraseToEnd}` : `${eraseToEnd}${text}`;
}

function styled(text: string, { color, style }: (typeof looks)[Tone], hasColor: boolean): string {
  const shown = hasColor ? color : undefined;
  const set = [...(shown === undefined ? [] : [shown]), ...(style ? [style[0]] : [])];
  if (set.length === 0 || text === '') return text;
  const unset = [...(style ? [style[1]] : []), ...(shown === undefined ? [] : [colorEnd])];
  return `${code(set)}${text}${code(unset)}`;
}

function code(numbers: readonly string[]): string {
  assert(numbers.length > 0, 'a code without a number would undo all');
  return `\u001b[${numbers.join(';')}m`;
}

/** The same line in fewer pieces: blanks look alike in each tone but `chosen`, so that they go with what is before them. */
function withoutSeams(pieces: StyledLine): StyledLine {
  const merged: Span[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (
      last &&
      (last.tone === piece.tone || (isBlank(piece.text) && last.tone !== 'chosen' && piece.tone !== 'chosen'))
    )
      merged[merged.length - 1] = { tone: last.tone, text: last.text + piece.text };
    else merged.push(piece);
  }
  return merged;
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}
