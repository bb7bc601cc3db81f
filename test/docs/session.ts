import { shellWord } from '../../src/core/base/shell-word.ts';
import { type EndedLine, runLine } from '../kit/run-line.ts';
import type { LinePlace, WarmCommands } from '../kit/warm-commands.ts';
import type { Fence } from './pages.ts';
import type { Workplace } from './workplace.ts';

/** One command of a session, as it stands in the page, and what the page shows of its output. */
export interface Step {
  /** Lines of the page that hold the command: `$ …`, then `> …`. */
  readonly typed: readonly string[];
  readonly shown: readonly string[];
}

/** Where a page's examples pretend to run. */
const shownDir = '/home/ann/shop';

/** The commands of a `console` fence. */
export function stepsOf({ text }: Fence): Step[] {
  const steps: { typed: string[]; shown: string[] }[] = [];
  for (const line of text.split('\n')) {
    const last = steps.at(-1);
    if (line.startsWith('$ ')) steps.push({ typed: [line], shown: [] });
    else if (!last) throw new Error(`a session starts with "$ ", not with ${JSON.stringify(line)}`);
    else if (line.startsWith('> ') && last.shown.length === 0) last.typed.push(line);
    else last.shown.push(line);
  }
  return steps;
}

/** Runs one command in a shell and gives what a terminal would show, in lines. */
export async function runStep(
  { typed }: Step,
  { dir, env }: Workplace,
  words: readonly string[],
  warm?: WarmCommands,
): Promise<string[]> {
  const command = typed.map((line) => line.slice(2)).join('\n');
  const { stdout } = words.includes('tty')
    ? await onTerminal(command, { dir, env })
    : await runLine(command, { dir, env }, { shell: 'bash', merged: true }, warm);
  const text = stdout.replaceAll('\r', '').replaceAll(dir, shownDir).replace(/\n$/, '');
  return text === '' ? [] : text.split('\n').map((line) => line.trimEnd());
}

/** On a pseudo-terminal, because some commands print lines for people there and NDJSON elsewhere. */
function onTerminal(command: string, place: LinePlace): Promise<EndedLine> {
  return runLine(`script -qec ${shellWord(`stty cols 110 rows 40; ${command}`)} /dev/null`, place, { shell: 'bash' });
}

/** What differs from run to run, so that the page may show one of them. */
const volatile: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z/g, '<time>'],
  // Short, as in the lists of a terminal.
  [/(?<=^| )(?:\d{2}-\d{2} )?\d{2}:\d{2}:\d{2}(?= )/g, '<time>'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>'],
  [/\b[0-9a-f]{64}\b/g, '<digest>'],
  [/\b[0-9a-f]{12,}…/g, '<digest>'],
  [/(?<=:)[0-9a-f]{16}\b/g, '<digest>'],
  [/in [\d.]+ ?(?:ms|s|m)(?: [\d.]+s)? \([\d,]+\/s\)/g, 'in <duration>'],
  [/"(ms|ageMs)":\d+/g, '"$1":<n>'],
  [/"(in|out)PerSecond":[\d.]+/g, '"$1PerSecond":<rate>'],
  [/\b\d[\d.,]* ?(?:[kKMGT]i?)?B\b/g, '<size>'],
  [/in \d+ bytes/g, 'in <size>'],
  [/\b[\d,]+ bytes/g, '<size>'],
  // An age in a column is followed by as many spaces as the longest one leaves.
  [/(?<=^| )(?:\d+m )?\d+m?s(?:(?=:)| +|$)/g, '<age> '],
  [/ on \S+ died: its process \d+ /g, ' on <host> died: its process <n> '],
  [/"(?:fileBytes|mapBytes|usedBytes|bytes|readers|freeBytes)":"?\d+"?/g, '"<sizes>"'],
];

/** A line without what differs from run to run; without any numbers where the page says `varying`. */
export function normalise(line: string, words: readonly string[]): string {
  let text = line.trimEnd();
  for (const [pattern, name] of volatile) text = text.replace(pattern, name);
  return words.includes('varying') ? text.replace(/\d[\d,.]*/g, '#') : text;
}

/** Whether an output is the one that the page shows. A shown line `…` stands for any number of lines. */
export function isShown(shown: readonly string[], output: readonly string[], words: readonly string[]): boolean {
  const [first, ...rest] = shown;
  if (first === undefined) return output.length === 0;
  if (first.trim() === '…') {
    return Array.from({ length: output.length + 1 }, (_, i) => i).some((i) => isShown(rest, output.slice(i), words));
  }
  const [line, ...others] = output;
  return line !== undefined && normalise(first, words) === normalise(line, words) && isShown(rest, others, words);
}
