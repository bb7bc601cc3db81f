import { completeLine } from '../complete/candidates.ts';
import { parseLine, readCommands } from '../complete/command-words.ts';
import { readSource } from '../complete/sources.ts';
import { formatOfWords } from '../output/format-words.ts';
import { canAsk } from './confirm.ts';
import { pick } from './pick.ts';

/**
 * Lets people at a terminal pick the argument that a command line lacks, from what there is; undefined where nobody can be
 * asked, another program reads the answer, there is nothing to pick from, or they pick none. `words` are those of the command and all that follow.
 *
 * Errors: those of opening and reading the environment.
 */
export async function pickArgument(words: readonly string[], name: string, root: string): Promise<string | undefined> {
  const isForPeople = [undefined, 'table'].includes(formatOfWords(words));
  if (!canAsk() || !isForPeople || (process.env.CI ?? '') !== '') return undefined;
  const commands = readCommands(root);
  const line = parseLine([...words, ''], commands);
  if (line.wanted.type !== 'argument' || line.wanted.argument?.name !== name) return undefined;
  const { source, candidates } = completeLine(line, commands);
  const look = async (typed: string) =>
    source === undefined ? candidates : await readSource(source, { ...line, typed, root });
  const choices = await look('');
  return choices.length === 0 ? undefined : (await pick(`Which ${name.toUpperCase()}?`, choices, look))?.word;
}
