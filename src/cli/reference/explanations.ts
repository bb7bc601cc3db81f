import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TxlogError } from '../../core/base/errors.ts';
import type { Explanation } from '../../shapes/explanation.ts';
import { closestMatch } from '../../text/closest-match.ts';

const sections = { error: 'Error codes', rejection: 'Rejection codes', problem: 'Problems that' } as const;

/**
 * Reads the explanations of all codes from `docs/errors.md` of the package in `root`: the page that people read is the
 * text that the command prints.
 */
export function readExplanations(root: string): readonly Explanation[] {
  const parts = readFileSync(join(root, 'docs/errors.md'), 'utf8').split(/^## /m);
  return Object.entries(sections).flatMap(([name, heading]) => {
    const kind = name as Explanation['kind'];
    return rowsOf(parts.find((part) => part.startsWith(heading)) ?? '').map((cells) => toExplanation(kind, cells));
  });
}

function toExplanation(kind: Explanation['kind'], cells: readonly string[]): Explanation {
  const [code = '', meaning = ''] = cells;
  if (kind === 'problem') return { code, kind, meaning, retry: undefined, next: cells[2] ?? '', exit: 1 };
  const [, , retry = '', next = '', exit = '1'] = cells;
  return { code, kind, meaning, retry, next, exit: Number(exit) };
}

/** Cells of the rows whose first one is a code, as plain text. */
function rowsOf(markdown: string): readonly (readonly string[])[] {
  return [...markdown.matchAll(/^\| (`[A-Z][A-Z0-9_]+` \|.*) \|$/gm)].map(([, cells = '']) =>
    cells.split(/(?<!\\)\|/).map(plain),
  );
}

function plain(markdown: string): string {
  const text = markdown.trim().replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1');
  return text.replaceAll('`', '').replaceAll('\\|', '|');
}

/** Finds a code, in whatever case it is written. Errors: USAGE with the closest one. */
export function findExplanation(all: readonly Explanation[], code: string): Explanation {
  const wanted = code.trim().toUpperCase().replaceAll(/[ -]/g, '_');
  const found = all.find((each) => each.code === wanted);
  if (found) return found;
  const guess = closestMatch(
    wanted,
    all.map((each) => each.code),
  );
  throw new TxlogError('USAGE', `there is no code ${JSON.stringify(code)}`, {
    hint: guess === undefined ? 'An app may reject with codes of its own.' : `Did you mean: txlog explain ${guess}`,
    next: ['txlog explain'],
  });
}
