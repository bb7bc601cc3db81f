// Goal: a frame writes only what changed, inside one synchronized update, and never clears the screen; ink draws the lines
// that it is given. Method: the painter on frames that ink made of written states; bytes are counted.
import { EventEmitter } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { render } from 'ink';
import { createElement } from 'react';
import { expect, it } from 'vitest';
import { defaultCommands, keymapOf } from '../../src/tui/app/keymap.ts';
import { frameOf } from '../../src/tui/frame/frame-of.ts';
import { Frame } from '../../src/tui/frame/ink-frame.ts';
import { Painter } from '../../src/tui/frame/painter.ts';
import type { StyledLine } from '../../src/tui/line/styled-line.ts';
import { freshState, overview, Person } from './example.ts';

const keymap = keymapOf(defaultCommands);

/** Lines as ink hands them over. */
function drawn(lines: readonly StyledLine[], { state }: Person): readonly string[] {
  let frame = '';
  const stdout = Object.assign(new EventEmitter(), {
    ...{ columns: state.columns, rows: state.rows, isTTY: true },
    write: (text: string) => {
      // What comes after is that it was taken away.
      frame ||= text;
      return true;
    },
  }) as unknown as NodeJS.WriteStream;
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
  const props = { lines, columns: state.columns, hasColor: true, onKey: () => undefined };
  const instance = render(createElement(Frame, props), { stdout, stdin, debug: true, patchConsole: false });
  instance.unmount();
  return frame.split('\n');
}

const linesOf = ({ state }: Person) => frameOf(state, keymap);

/** What is written so that a painter's screen shows what a person is to see. */
function painted(painter: Painter, ana: Person): string {
  const lines = linesOf(ana);
  const rows = painter.changesTo(lines);
  return painter.paint(
    rows,
    rows.length === 0
      ? []
      : drawn(
          rows.flatMap((row) => [lines[row] ?? []]),
          ana,
        ),
  );
}

it('ink draws the lines that it is given, no more and no fewer', () => {
  const ana = new Person().see(overview()).press('2');
  expect(drawn(linesOf(ana), ana).map((line) => stripVTControlCharacters(line).trimEnd())).toEqual(
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
