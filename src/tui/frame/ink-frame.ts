import { useInput } from 'ink';
import { useLayoutEffect } from 'react';
import type { StyledLine } from '../line/styled-line.ts';
import { type Key, typedKeys } from '../model/typed-keys.ts';
import { styledText } from './styled-text.ts';

/** The lines to draw, who hears of keys, and who paints. */
export interface FrameProps {
  readonly lines: readonly StyledLine[];
  readonly hasColor: boolean;
  readonly onKey: (key: Key) => void;
  /** Takes the texts of the lines: once for each frame. */
  readonly paint: (texts: readonly string[]) => void;
}

/**
 * The screen as a component of ink: it hears the keys, and paints its lines itself, as a canvas does. Ink would measure
 * each text, keep each that it ever measured, and make an object for each character of each line, only to join them again;
 * the lines are as wide as the screen already (docs/decisions/0034-painting.md).
 */
export function Frame({ lines, hasColor, onKey, paint }: FrameProps): null {
  useInput((input, flags) => {
    for (const key of typedKeys(input, flags as unknown as Parameters<typeof typedKeys>[1])) onKey(key);
  });
  useLayoutEffect(() => paint(lines.map((one) => styledText(one, hasColor))), [lines, hasColor, paint]);
  return null;
}
