// Goal: a frame writes only what changed, inside one synchronized update, and never clears the screen; all lines are
// painted. Method: the painter on frames that ink made of written states; bytes are counted.
import { EventEmitter } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { render } from 'ink';
import { createElement } from 'react';
import { expect, it } from 'vitest';
import { defaultCommands, keymapOf } from '../../src/tui/app/keymap.ts';
import { frameOf } from '../../src/tui/frame/frame-of.ts';
import { Frame } from '../../src/tui/frame/ink-frame.ts';
import { Painter } from '../../src/tui/frame/painter.ts';
import { styledText } from '../../src/tui/frame/styled-text.ts';
import { line, type StyledLine, span } from '../../src/tui/line/styled-line.ts';
import { freshState, overview, Person } from './example.ts';
import { played } from './terminal.ts';

const keymap = keymapOf(defaultCommands);

setFlagsFromString('--expose-gc');
const gc: () => void = runInNewContext('gc');

/** Ink, and the lines that it had painted last. */
class Drawing {
  private texts: readonly string[] = [];
  private written = '';
  private instance: ReturnType<typeof render> | undefined;
  private readonly stdout = Object.assign(new EventEmitter(), {
    ...{ columns: 1, rows: 2, isTTY: true as const },
    write: (text: string) => {
      this.written += text.trim();
      return true;
    },
  });

  draw(lines: readonly StyledLine[]): readonly string[] {
    const paint = (texts: readonly string[]) => {
      this.texts = texts;
    };
    const element = createElement(Frame, { lines, hasColor: true, onKey: () => undefined, paint });
    const stdout = this.stdout as unknown as NodeJS.WriteStream;
    if (this.instance) this.instance.rerender(element);
    else this.instance = render(element, { stdout, stdin: keyboard(), debug: true, patchConsole: false });
    return this.texts;
  }

  end(): void {
    expect(this.written).toBe('');
    this.instance?.unmount();
  }
}

/** A keyboard that nobody types at. */
function keyboard(): NodeJS.ReadStream {
  const stdin = Object.assign(new EventEmitter(), {
    ...{
      isTTY: true,
      setRawMode: () => stdin,
      setEncoding: () => stdin,
      read: () => null,
      ref: () => stdin,
      unref: () => stdin,
    },
  }) as unknown as NodeJS.ReadStream;
  return stdin;
}

/** Lines as the screen's component paints them. */
function drawn(lines: readonly StyledLine[]): readonly string[] {
  const ink = new Drawing();
  const frame = ink.draw(lines);
  ink.end();
  return frame;
}

const linesOf = ({ state }: Person) => frameOf(state, keymap);

/** What is written so that a painter's screen shows what a person is to see. */
function painted(painter: Painter, ana: Person): string {
  const lines = linesOf(ana);
  const rows = painter.changesTo(lines);
  return painter.paint(rows, rows.length === 0 ? [] : drawn(rows.flatMap((row) => [lines[row] ?? []])));
}

it('the lines of a frame are painted, no more and no fewer, and ink writes nothing itself', () => {
  const ana = new Person().see(overview()).press('2');
  expect(drawn(linesOf(ana)).map((line) => stripVTControlCharacters(line).trimEnd())).toEqual(
    ana.frame.map((line) => line.trimEnd()),
  );
});

it('a frame writes nothing where nothing changed, and three rows in less than 700 bytes at 80x24', () => {
  const painter = new Painter();
  const ana = new Person().see(overview());
  const first = painted(painter, ana);
  expect(first.startsWith('\u001b[?2026h') && first.endsWith('\u001b[?2026l')).toBe(true);
  expect(painted(painter, ana)).toBe('');
  const { queues } = overview();
  const busier = queues.map((queue) => ({ ...queue, rates: { in: queue.rates.in + 7, out: 3 } }));
  const update = painted(painter, ana.see(overview({ queues: busier })));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: counting moves of the cursor
  expect(update.match(/\u001b\[\d+;1H/g)?.length).toBe(3);
  expect(Buffer.byteLength(update)).toBeLessThan(700);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no clears
  expect(first + update).not.toMatch(/\u001b\[[0-3]?J|\u001bc/);
});

it('a frame is painted whole after the painter was told to forget', () => {
  const painter = new Painter();
  const ana = new Person(freshState()).see(overview());
  const first = painted(painter, ana);
  painter.forget();
  expect(painted(painter, ana)).toBe(first);
});

it('a line is drawn in its tones, with colours or without; blanks at its end, or between pieces, cost no codes', () => {
  const pieces = line(span('a', 'key'), '  ', span('b', 'bad'), ' c', span('  ', 'dim'));
  expect(styledText(pieces, true)).toBe('\u001b[36ma  \u001b[39m\u001b[31;1mb\u001b[22;39m c\u001b[K');
  expect(styledText(pieces, false)).toBe('a  \u001b[1mb\u001b[22m c\u001b[K');
  expect(styledText([], true)).toBe('\u001b[K');
});

it('the last column of a line that fills the terminal is drawn, and the rest of a longer one before is not left', () => {
  const chosen = line(span('>', 'strong'), span(' a  ', 'chosen'));
  const paint = (pieces: StyledLine) => `\u001b[1;1H${styledText(pieces, true)}`;
  const size = { columns: 5, rows: 1 };
  const marked = line(span('>', 'strong'), span(' abc', 'chosen'));
  expect(played(paint(marked), size)).toEqual(['> abc']);
  expect(styledText(chosen, true)).toBe('\u001b[K\u001b[1m>\u001b[22m\u001b[7m a  \u001b[27m');
  expect(played(paint(marked) + paint(line('x    ')), size)).toEqual(['x']);
});

it('no line is kept once it was painted: ink keeps each text that it measures, for as long as the screen is open', () => {
  const ink = new Drawing();
  const drawMany = (from: number) => {
    for (let i = from; i < from + 200; i++)
      ink.draw(Array.from({ length: 20 }, (_, row) => line(`${i} ${row} `.padEnd(400, 'x'))));
    gc();
    return process.memoryUsage().heapUsed;
  };
  const before = drawMany(0);
  const grown = drawMany(200) - before;
  ink.end();
  // Each of these lines is 400 bytes long.
  expect(grown).toBeLessThan((200 * 20 * 400) / 2);
});

it('a frame uses sixteen colours by their numbers, and none where there are to be none', () => {
  const codesIn = (hasColor: boolean) => {
    const ana = new Person().see(overview());
    const texts = ['', '2', 'x', 'esc', '?', 'esc', '4'].flatMap((key) =>
      linesOf(key === '' ? ana : ana.press(key)).map((one) => styledText(one, hasColor)),
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: codes of the terminal are what is read
    const codes = [...texts.join('').matchAll(/\u001b\[([\d;]*)m/g)];
    return new Set(codes.flatMap(([, code = '']) => code.split(';')));
  };
  const styles = ['1', '2', '7', '22', '27'];
  expect([...codesIn(true)].filter((one) => !styles.includes(one)).toSorted()).toEqual(['31', '32', '33', '36', '39']);
  expect([...codesIn(false)].filter((one) => !styles.includes(one))).toEqual([]);
});
