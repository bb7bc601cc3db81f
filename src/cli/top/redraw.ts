import { stripVTControlCharacters } from 'node:util';
import { columnsOf, cutTo } from '../../text/width.ts';

const begin = '\u001b[?2026h\u001b[?25l';
const end = '\u001b[?2026l';
const showCursor = '\u001b[?25h';

/** A block of lines that is drawn over itself, below what the terminal showed before: it takes no screen of its own. */
export class Redraw {
  private readonly terminal: Pick<NodeJS.WriteStream, 'columns' | 'rows'>;
  private drawn: readonly string[] = [];

  constructor(terminal: Pick<NodeJS.WriteStream, 'columns' | 'rows'>) {
    this.terminal = terminal;
  }

  /** The text to write so that the block shows `text`; empty when it does already. */
  update(text: string): string {
    const columns = columnsOf(this.terminal);
    const lines = text.split('\n').slice(0, Math.max(1, (this.terminal.rows || 24) - 1));
    const next = lines.map((line) => cutLine(line, columns));
    if (next.length === this.drawn.length && next.every((line, i) => line === this.drawn[i])) return '';
    const up = this.drawn.length === 0 ? '' : `\u001b[${this.drawn.length}A`;
    this.drawn = next;
    return `${begin}${up}\r${next.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J${end}`;
  }

  /** Draws below from now on: something else may stand in the place of the block. */
  forget(): void {
    this.drawn = [];
  }

  /** The code that gives the cursor back. */
  stop(): string {
    return showCursor;
  }
}

/** A line that is too wide loses its colours with its end: where to cut is known of plain text alone. */
function cutLine(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  const cut = cutTo(plain, columns);
  return cut === plain ? line : cut;
}
