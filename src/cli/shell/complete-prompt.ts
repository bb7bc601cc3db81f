import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { TxlogError } from '../../core/base/errors.ts';
import { systemCode } from '../../core/base/system-error.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { completionsOf } from '../complete/complete.ts';
import { splitWords } from './split-words.ts';

/**
 * How the line of a prompt may go on, and the part of it that these stand in place of, as readline wants it: as the
 * completion of a shell offers it, with files. `root` is where the package is.
 */
export async function completePrompt(line: string, root: string): Promise<[string[], string]> {
  const [last = ''] = /\S*$/.exec(line) ?? [];
  const before = wordsBefore(line.slice(0, line.length - last.length));
  if (before === undefined) return [[], last];
  const { candidates, files, start } = await completionsOf([...before, last], root);
  const words = candidates.map(({ word }) => `${start}${shellQuote(word)} `);
  const names = files ? filesBeginning(last.slice(start.length)).map((name) => `${start}${name}`) : [];
  return [[...words, ...names], last];
}

/** The words before the cursor; undefined where it stands in quotes, or behind what a prompt refuses. */
function wordsBefore(line: string): readonly string[] | undefined {
  try {
    return splitWords(line);
  } catch (error) {
    if (error instanceof TxlogError) return undefined;
    throw error;
  }
}

/** Files and directories, the latter with a slash behind them: what is in them may be meant. */
function filesBeginning(typed: string): readonly string[] {
  const dir = typed.endsWith('/') ? typed : dirname(typed);
  const start = typed.endsWith('/') ? '' : basename(typed);
  const shown = typed.slice(0, typed.length - start.length);
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter(({ name }) => name.startsWith(start) && (start !== '' || !name.startsWith('.')))
      .map((entry) =>
        entry.isDirectory() ? `${shellQuote(shown + entry.name)}/` : `${shellQuote(shown + entry.name)} `,
      )
      .sort();
  } catch (error) {
    if (systemCode(error) === '') throw error;
    return [];
  }
}
