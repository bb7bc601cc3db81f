import { printable } from '../../text/printable.ts';
import { type Candidate, completeLine, type LineCompletion } from './candidates.ts';
import { parseLine, readCommands } from './command-words.ts';
import { readSource } from './sources.ts';

/**
 * Answers the shell: a line for each word that fits at the cursor, with a tab and what it is, then `:files` where a file
 * may stand there, else `:none`. `words` are those after `txlog` up to the cursor, the last one as far as it was typed.
 *
 * A shell asks while someone types: whatever goes wrong is no candidate, no error, and nothing is ever written.
 */
export async function complete(words: readonly string[], root: string): Promise<void> {
  process.stdout.on('error', () => {});
  process.stdout.write(await answer(words, root).catch(() => ':none\n'));
}

/** Completes a line, `words` being those up to the cursor: candidates, and whether a file may stand there. */
export async function completionsOf(
  words: readonly string[],
  root: string,
): Promise<Pick<LineCompletion, 'candidates' | 'files' | 'start'>> {
  const commands = readCommands(root);
  const line = parseLine(words, commands);
  const { candidates, source, files, start } = completeLine(line, commands);
  const found = source === undefined ? [] : await readSource(source, { ...line, root }).catch(() => []);
  return { candidates: [...candidates, ...found], files, start };
}

/** The text of the answer. */
export async function answer(words: readonly string[], root: string): Promise<string> {
  const { candidates, files, start } = await completionsOf(words, root);
  const lines = candidates.map((candidate) => lineOf(start, candidate));
  return [...lines, files ? ':files' : ':none', ''].join('\n');
}

const aboutMax = 80;

function lineOf(start: string, { word, about }: Candidate): string {
  const text = printable(about).replaceAll(/\s+/g, ' ');
  return `${start}${word}\t${text.length > aboutMax ? `${text.slice(0, aboutMax - 1)}…` : text}`;
}
