import { createInterface } from 'node:readline';
import { printable } from '../../text/printable.ts';
import { formatError } from '../frame/report-error.ts';
import { say } from '../frame/stderr.ts';
import type { CommandProcess } from './command-process.ts';
import { completePrompt } from './complete-prompt.ts';
import { addTyped, historyFile, readTyped } from './history.ts';
import { splitWords } from './split-words.ts';

/** The commands of a prompt, and its name. */
export interface PromptOptions {
  readonly commands: CommandProcess;
  /** Stands before each line; asked for before each. */
  readonly name: () => string;
  /** Where the package is. */
  readonly root: string;
}

/** Words that end a shell. */
const endings: ReadonlySet<string> = new Set(['exit', 'quit']);

/**
 * Runs the lines that a person types, until `exit` or Ctrl-D. Ctrl-C ends the command that runs, or clears the line;
 * never the shell. Gives the exit code of the last command.
 */
export async function runPrompt({ commands, name, root }: PromptOptions): Promise<number> {
  const file = historyFile();
  await commands.warmUp();
  const reader = createInterface({
    ...{ input: process.stdin, output: process.stderr, terminal: true, removeHistoryDuplicates: true },
    ...{ historySize: 1_000, history: file === undefined ? [] : readTyped(file) },
    completer: (line: string, done: (error: null, found: [string[], string]) => void) =>
      // Whatever goes wrong while somebody types is no candidate.
      completePrompt(line, root).then(
        (found) => done(null, found),
        () => done(null, [[], line]),
      ),
  });
  // The signal reaches the command as well, which ends by it.
  const ignore = () => {};
  process.on('SIGINT', ignore);
  let lost: string | undefined;
  reader.on('history', (lines: string[]) => {
    const [newest = ''] = lines;
    const problem = file === undefined ? 'this user has no home directory' : addTyped(file, newest);
    // The line that was typed still has to end.
    if (problem !== undefined && lost === undefined) queueMicrotask(() => say(`the history is not kept: ${problem}\n`));
    lost = problem;
  });
  reader.on('SIGINT', () => {
    say('^C\n');
    reader.write(null, { ctrl: true, name: 'e' });
    reader.write(null, { ctrl: true, name: 'u' });
    reader.prompt();
  });
  let code = 0;
  let closed = false;
  reader.once('close', () => {
    closed = true;
  });
  const prompt = () => {
    reader.setPrompt(`txlog ${printable(name())}> `);
    reader.prompt();
  };
  prompt();
  for await (const line of linesOf(reader)) {
    const words = wordsOf(line);
    if (words && endings.has(words[0] ?? '')) break;
    if (words && words.length > 0) {
      // The command has the terminal as it would have without a prompt.
      reader.pause();
      process.stdin.setRawMode?.(false);
      code = await commands.run(words);
      if (closed) break;
      await commands.warmUp();
      process.stdin.setRawMode?.(true);
      reader.resume();
    } else if (!words) code = 2;
    prompt();
  }
  if (!closed) reader.close();
  else say('\n');
  process.off('SIGINT', ignore);
  commands.close();
  return code;
}

/** The words of a line; undefined after it was said what is wrong with it. */
function wordsOf(line: string): readonly string[] | undefined {
  try {
    return splitWords(line);
  } catch (error) {
    say(formatError(error, { json: false, verbose: false }));
    return undefined;
  }
}

/** The lines of a reader, until it is closed. Its own iterator would take what is typed while a command runs. */
async function* linesOf(reader: ReturnType<typeof createInterface>): AsyncGenerator<string> {
  const lines: string[] = [];
  let wake = () => {};
  let closed = false;
  reader.on('line', (line) => {
    lines.push(line);
    wake();
  });
  reader.once('close', () => {
    closed = true;
    wake();
  });
  for (;;) {
    const line = lines.shift();
    if (line !== undefined) yield line;
    else if (closed) return;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
}
