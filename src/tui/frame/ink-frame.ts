import { Transform, useInput } from 'ink';
import { createElement, type ReactElement } from 'react';
import type { StyledLine } from '../line/styled-line.ts';
import { type Key, typedKeys } from '../model/typed-keys.ts';
import { styledText } from './styled-text.ts';

/** The lines to draw, and who hears of keys. */
export interface FrameProps {
  readonly lines: readonly StyledLine[];
  readonly hasColor: boolean;
  readonly onKey: (key: Key) => void;
}

/**
 * The screen as ink draws it. Ink measures each text, character by character, and keeps each that it ever measured: it
 * is given one blank for each line, and the lines themselves, which are as wide as the screen already, when it draws.
 */
export function Frame({ lines, hasColor, onKey }: FrameProps): ReactElement {
  useInput((input, flags) => {
    for (const key of typedKeys(input, flags as unknown as Parameters<typeof typedKeys>[1])) onKey(key);
  });
  const transform = (_: string, row: number) => styledText(lines[row] ?? [], hasColor);
  return createElement(Transform, { transform }, lines.map(() => ' ').join('\n'));
}
