import { printable } from '../../text/printable.ts';
import { formatTable } from '../../text/table.ts';
import { ask } from './confirm.ts';
import { say } from './stderr.ts';

/** A thing that can be picked: its word, and what it is. */
export interface PickItem {
  readonly word: string;
  readonly about: string;
}

/** Choices that are shown at once: what fits a small terminal. */
const shownMax = 15;

/** Finds the things that begin with a text. */
export type FindMore = (typed: string) => Promise<readonly PickItem[]>;

/**
 * Lets people at a terminal pick one of several things: by its number, or by a part of its word, which makes the list shorter
 * until one is left. `choices` need not be all: what none of them has is looked for. Undefined when they pick none.
 */
export async function pick(
  title: string,
  choices: readonly PickItem[],
  findMore: FindMore,
): Promise<PickItem | undefined> {
  let left = choices;
  for (;;) {
    const shown = left.slice(0, shownMax);
    const rows = shown.map(({ word, about }, i) => [`${i + 1})`, printable(word), printable(about)]);
    const more = left.length > shown.length ? '\n… and more' : '';
    say(`${formatTable(rows)}${more}\n`);
    const typed = await ask(`${title} A number, or a part of the word: `);
    if (typed === '') return undefined;
    const known = narrowed(shown, left, typed);
    const found = known.length > 0 ? known : narrowed([], await findMore(typed), typed);
    if (found.length === 1) return found[0];
    if (found.length === 0) say(`None has ${printable(typed)}.\n`);
    else left = found;
  }
}

/** An exact word, or the number of what is shown; else all that have the text. */
export function narrowed(shown: readonly PickItem[], left: readonly PickItem[], typed: string): readonly PickItem[] {
  const exact = left.find(({ word }) => word === typed) ?? (/^\d+$/.test(typed) ? shown[Number(typed) - 1] : undefined);
  return exact ? [exact] : left.filter(({ word }) => word.includes(typed));
}
