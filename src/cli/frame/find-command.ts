import type { Config } from '@oclif/core';
import { TxlogError } from '../../core/base/errors.ts';
import { closestMatch } from '../../text/closest-match.ts';
import { synonyms } from './command-synonyms.ts';

/** The request of the first words of a command line. */
export type Wanted =
  | { readonly type: 'help'; readonly words: readonly string[] }
  | { readonly type: 'version' }
  | { readonly type: 'command'; readonly id: string; readonly args: readonly string[] };

/**
 * Finds the command that a command line names: the longest run of leading words that is one. oclif's own search takes
 * `status extra` for a command of that name, and can only say that something was not found.
 *
 * Errors: USAGE with the closest name; nothing is ever run on a guess.
 */
export function findWanted(config: Config, args: readonly string[]): Wanted {
  if (isVersion(args)) return { type: 'version' };
  const end = args.indexOf('--');
  const before = end === -1 ? args : args.slice(0, end);
  const flag = args.findIndex((arg) => arg.startsWith('-'));
  const words = flag === -1 ? args : args.slice(0, flag);
  const isHelp = (arg: string) => arg === '--help' || arg === '-h';
  if (args[0] === 'help' || isHelp(args[0] ?? '')) return { type: 'help', words: helpSubject(args.slice(1)) };
  const count = countCommandWords(config, words);
  // The arguments of a command may stand before its --help.
  if (args.length === 0 || before.some(isHelp)) {
    return { type: 'help', words: count > 0 ? words.slice(0, count) : words };
  }
  if (count > 0) return { type: 'command', id: words.slice(0, count).join(':'), args: args.slice(count) };
  const topic = words.length === 1 && config.findTopic(words[0] ?? '');
  if (topic) return { type: 'help', words };
  throw unknownCommand(config, words, args[0] ?? '');
}

const valued = '(?:env|context|output|fields|template|time|progress)';
const globalFlags = new RegExp(
  `^(?:--(?:${valued}(?:=.*)?|json|ndjson|quiet|wide|verbose|no-color|no-pager|read-only|yes)|-[qy]|-o.*)$`,
  's',
);
const ofTwoWords = new RegExp(`^(?:--${valued}|-o)$`);

/** The command line with the global flags that stand before its command moved behind its words. */
export function commandFirst(args: readonly string[]): readonly string[] {
  let start = 0;
  while (globalFlags.test(args[start] ?? '')) start += ofTwoWords.test(args[start] ?? '') ? 2 : 1;
  const rest = args.slice(start);
  // Alone they are a mistake, which is answered as one.
  if (start === 0 || rest.length === 0 || rest[0]?.startsWith('-')) return args;
  const flag = rest.findIndex((arg) => arg.startsWith('-'));
  const end = flag === -1 ? rest.length : flag;
  return [...rest.slice(0, end), ...args.slice(0, start), ...rest.slice(end)];
}

function helpSubject(args: readonly string[]): readonly string[] {
  const unknown = args.find((arg) => arg.startsWith('-') && !/^(?:--help|-h)$/.test(arg) && !globalFlags.test(arg));
  if (unknown === undefined) return args.filter((arg) => !arg.startsWith('-'));
  throw new TxlogError('USAGE', `there is no flag ${unknown}`, { next: ['txlog help'] });
}

/** Refuses help for what is neither a command nor a topic, as help would only print that it found none. */
export function checkHelpWords(config: Config, words: readonly string[]): void {
  const id = words.join(':');
  if (words.length === 0 || config.findCommand(id) || config.findTopic(id)) return;
  const surplus = words.slice(countCommandWords(config, words));
  if (surplus.length === words.length) throw unknownCommand(config, words, words[0] ?? '');
  const next = [`txlog ${words.slice(0, -surplus.length).join(' ')} --help`];
  throw new TxlogError('USAGE', `too many arguments: ${surplus.join(' ')}`, { next });
}

/** How many of the first words are the name of a command; 0 when they name none. */
function countCommandWords(config: Config, words: readonly string[]): number {
  for (let count = words.length; count > 0; count--) {
    if (config.findCommand(words.slice(0, count).join(':'))) return count;
  }
  return 0;
}

function unknownCommand(config: Config, words: readonly string[], first: string): TxlogError {
  if (words.length === 0) {
    return new TxlogError('USAGE', `the command comes first, then its flags such as ${first}`, {
      next: ['txlog --help'],
    });
  }
  const names = config.commandIDs.map((id) => id.replaceAll(':', ' '));
  const named = words.slice(0, config.findTopic(first) ? 2 : 1).join(' ');
  const guesses = guessesFor(named, words, names);
  return new TxlogError('USAGE', `there is no command ${JSON.stringify(named)}`, {
    ...(guesses.length > 0 && { hint: `Did you mean: ${guesses.map((guess) => `txlog ${guess}`).join(', ')}` }),
    next: [guesses.length === 1 ? `txlog ${withoutFlags(guesses[0] ?? '')} --help`.replace('  ', ' ') : 'txlog --help'],
  });
}

const versionWords = new Set(['--version', '-V', '-v', 'version']);

function isVersion(args: readonly string[]): boolean {
  return versionWords.has(args[0] ?? '') && args.slice(1).every((arg) => arg === '--json');
}

/** The commands that unknown words may have meant: by meaning, by their last word, or by their letters. */
function guessesFor(named: string, words: readonly string[], names: readonly string[]): readonly string[] {
  const [first = ''] = words;
  const singular = first.replace(/s$/, '');
  const meant = Object.hasOwn(synonyms, named) ? synonyms[named] : undefined;
  if (meant !== undefined) return [meant];
  if (singular !== first && names.includes(`${singular} list`)) return [`${singular} list`];
  const sameEnd = names.filter((name) => name.endsWith(` ${named}`));
  if (sameEnd.length > 0) return sameEnd.slice(0, 3);
  const known = [...names, ...Object.keys(synonyms)];
  const two = words.slice(0, 2).join(' ');
  const guess =
    (two === named ? undefined : closestMatch(two, names)) ?? closestMatch(named, known) ?? closestMatch(first, known);
  return guess === undefined ? [] : [synonyms[guess] ?? guess];
}

function withoutFlags(command: string): string {
  return command.replace(/ ?-.*$/, '');
}
