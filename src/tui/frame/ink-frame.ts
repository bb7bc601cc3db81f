import { Box, Text, useInput } from 'ink';
import { createElement, type ReactElement } from 'react';
import type { StyledLine, Tone } from '../line/styled-line.ts';
import { type Key, typedKeys } from '../model/typed-keys.ts';

/** The lines to draw, and who hears of keys. */
export interface FrameProps {
  readonly lines: readonly StyledLine[];
  readonly columns: number;
  readonly hasColor: boolean;
  readonly onKey: (key: Key) => void;
}

type Style = Parameters<typeof Text>[0];

// Sixteen colours, by their names: a terminal has its own shades for them.
const styles: Readonly<Record<Tone, Style>> = {
  plain: {},
  good: { color: 'green' },
  bad: { color: 'red', bold: true },
  warn: { color: 'yellow' },
  dim: { dimColor: true },
  strong: { bold: true },
  key: { color: 'cyan' },
  chosen: { inverse: true },
};

/** The screen as ink draws it. */
export function Frame({ lines, columns, hasColor, onKey }: FrameProps): ReactElement {
  useInput((input, flags) => {
    for (const key of typedKeys(input, flags as unknown as Parameters<typeof typedKeys>[1])) onKey(key);
  });
  const rows = lines.map((pieces, i) =>
    createElement(Text, { key: i, wrap: 'truncate' }, ...spansOf(pieces, hasColor)),
  );
  return createElement(Box, { flexDirection: 'column', width: columns }, ...rows);
}

function spansOf(pieces: StyledLine, hasColor: boolean): ReactElement[] {
  if (pieces.length === 0) return [createElement(Text, { key: 0 }, ' ')];
  return pieces.map(({ text, tone }, i) => createElement(Text, { key: i, ...styleOf(tone, hasColor) }, text));
}

function styleOf(tone: Tone, hasColor: boolean): Style {
  if (hasColor) return styles[tone];
  const { color: _, ...plain } = styles[tone];
  return plain;
}
