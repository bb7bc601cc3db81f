// Goal: a block that is drawn over itself shows the newest text and nothing of the older ones, and leaves what stood above.
// Method: what is written is carried out by a small terminal, for random texts of all lengths.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Redraw } from '../../../src/cli/top/redraw.ts';

const esc = String.fromCharCode(27);
const tokens = new RegExp(`${esc}\\[[?\\d]*[a-zA-Z]|[^]`, 'g');
const cursorUp = new RegExp(`^${esc}\\[(\\d+)A$`);
const size = { columns: 12, rows: 6 };

/** The rows of a terminal after `written`, as far as `Redraw` uses one; wide lines wrap, as in a real one. */
function rowsAfter(written: string): readonly string[] {
  const rows: string[] = [];
  let [row, column] = [0, 0];
  for (const [token = ''] of written.matchAll(tokens)) {
    const up = cursorUp.exec(token)?.[1];
    if (up !== undefined) row -= Number(up);
    else if (token === '\u001b[K') rows[row] = (rows[row] ?? '').slice(0, column);
    else if (token === '\u001b[J') rows.splice(row);
    else if (token === '\r') column = 0;
    else if (token === '\n') [row, column] = [row + 1, 0];
    else if (token.length === 1) {
      if (column === size.columns) [row, column] = [row + 1, 0];
      rows[row] = `${(rows[row] ?? '').slice(0, column).padEnd(column)}${token}${(rows[row] ?? '').slice(column + 1)}`;
      column += 1;
    }
  }
  return Array.from({ length: rows.length }, (_, i) => rows[i] ?? '');
}

const line = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '.'), maxLength: 20 });
const texts = fc.array(fc.array(line, { minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 6 });

it('a block that is drawn anew shows the last text, cut to the terminal, below what was there', () => {
  fc.assert(
    fc.property(texts, (all) => {
      const redraw = new Redraw(size);
      const written = all.map((lines) => redraw.update(lines.join('\n'))).join('');
      const rows = rowsAfter(`above\r\n${written}`);
      const last = (all.at(-1) ?? []).slice(0, size.rows - 1);
      expect(rows[0]).toBe('above');
      expect(rows.slice(1, 1 + last.length).map((row) => row.length <= size.columns)).toEqual(last.map(() => true));
      for (const [i, expected] of last.entries()) {
        if (expected.length <= size.columns) expect((rows[1 + i] ?? '').trimEnd()).toBe(expected.trimEnd());
      }
      expect(rows.slice(1 + last.length).join('')).toBe('');
    }),
  );
});

it('a block that is drawn anew writes nothing while nothing changes', () => {
  const redraw = new Redraw(size);
  expect(redraw.update('a\nb')).not.toBe('');
  expect(redraw.update('a\nb')).toBe('');
});
