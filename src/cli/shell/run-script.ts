import { TxlogError } from '../../core/base/errors.ts';
import type { Input } from '../frame/open-input.ts';
import type { CommandProcess } from './command-process.ts';
import { splitWords } from './split-words.ts';

/**
 * Runs the lines of an input as a script, one command each, and stops at the first that does not end with 0. Gives its
 * exit code.
 *
 * Errors: USAGE with the line; INPUT_UNREADABLE; UTF8_INVALID.
 */
export async function runScript(commands: CommandProcess, input: Input): Promise<number> {
  try {
    for await (const lines of input.chunks()) {
      for (const line of lines) {
        if ('error' in line) throw line.error;
        const words = readLine(line.text, line.number);
        if (words[0] === 'exit' || words[0] === 'quit') return 0;
        const code = words.length === 0 ? 0 : await commands.run(words);
        if (code !== 0) return code;
      }
    }
    return 0;
  } finally {
    input.stop();
    commands.close();
  }
}

function readLine(text: string, number: number): readonly string[] {
  try {
    return splitWords(text);
  } catch (error) {
    throw error instanceof TxlogError ? error.at(number) : error;
  }
}
