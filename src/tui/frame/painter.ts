import type { StyledLine } from '../line/styled-line.ts';

const begin = '\u001b[?2026h';
const end = '\u001b[?2026l';

/**
 * Knows what the screen shows, and so what has to be drawn of a frame, and written: the lines that changed, in one
 * synchronized update. Nothing is ever cleared as a whole.
 */
export class Painter {
  private shown: readonly string[] = [];

  /** The rows of a frame that the screen does not show yet, from 0; from now on it counts as shown. */
  changesTo(lines: readonly StyledLine[]): readonly number[] {
    const next = lines.map(nameOf);
    const rows = next.flatMap((name, row) => (name === this.shown[row] ? [] : [row]));
    this.shown = next;
    return rows;
  }

  /** The text to write so that these rows show these texts, each of which draws a whole line; empty where there are none. */
  paint(rows: readonly number[], texts: readonly string[]): string {
    if (rows.length === 0) return '';
    const painted = rows.map((row, i) => `\u001b[${row + 1};1H${texts[i] ?? ''}`);
    return `${begin}${painted.join('')}${end}`;
  }

  /** Nothing is known of what the screen shows: it is painted anew. */
  forget(): void {
    this.shown = [];
  }
}

/** Two lines of one name look the same. */
function nameOf(pieces: StyledLine): string {
  return pieces.map(({ text, tone }) => `${tone} ${text}`).join('\n');
}
