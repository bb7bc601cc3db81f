import { choicesOf, matching } from '../app/palette.ts';
import { shownActions } from '../app/shown.ts';
import { line, type StyledLine, span } from '../line/styled-line.ts';
import type { AppState, Prompt } from '../model/app-state.ts';

/** The commands that what was typed may mean. */
export function paletteLines(
  state: AppState,
  { text, choice }: Extract<Prompt, { readonly kind: 'filter' | 'palette' }>,
  rows: number,
): readonly StyledLine[] {
  const found = matching(choicesOf(shownActions(state)), text);
  const chosen = Math.min(choice, found.length - 1);
  const top = Math.max(0, chosen - (rows - 4));
  return [
    line(span(' Commands', 'strong'), span('   tab completes, enter runs what changes nothing, or asks first', 'dim')),
    [],
    ...found
      .slice(top, top + rows - 2)
      .map(({ words, takes = '' }, i) =>
        line(
          i + top === chosen ? span('> ', 'strong') : '  ',
          span(words, i + top === chosen ? 'chosen' : 'key'),
          span(` ${takes}`, 'dim'),
        ),
      ),
    ...(found.length === 0 ? [line(span('  no such command', 'warn'))] : []),
  ];
}
