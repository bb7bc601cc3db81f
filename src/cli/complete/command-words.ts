import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { present } from '../../core/base/assert.ts';

/** A flag as oclif's manifest has it, as far as completion goes. */
export interface KnownFlag {
  readonly name: string;
  readonly char?: string;
  readonly type: 'boolean' | 'option';
  readonly summary?: string;
  readonly options?: readonly string[];
  readonly helpValue?: string;
  readonly hidden?: boolean;
  readonly multiple?: boolean;
}

/** An argument, the same. */
interface KnownArgument {
  readonly name: string;
  readonly options?: readonly string[];
  readonly multiple?: boolean;
}

/** A command, the same. */
export interface KnownCommand {
  readonly id: string;
  readonly summary?: string;
  readonly hidden?: boolean;
  readonly strict?: boolean;
  readonly args: Readonly<Record<string, KnownArgument>>;
  readonly flags: Readonly<Record<string, KnownFlag>>;
}

/** All commands, by their ids, such as `session:list`. */
export type KnownCommands = Readonly<Record<string, KnownCommand>>;

/** Reads the commands of the package in `root`. */
export function readCommands(root: string): KnownCommands {
  return (JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as { readonly commands: KnownCommands })
    .commands;
}

/** The place at which a word is to be completed. */
export type WantedWord =
  | { readonly type: 'command'; readonly words: readonly string[] }
  | { readonly type: 'flag'; readonly command: KnownCommand }
  | { readonly type: 'value'; readonly command: KnownCommand; readonly flag: KnownFlag; readonly start: string }
  | { readonly type: 'argument'; readonly command: KnownCommand; readonly argument: KnownArgument | undefined };

/** A command line up to the cursor, taken apart. */
export interface CommandLine {
  /** The word at the cursor, as far as it was typed; of a flag with its value, the value. */
  readonly typed: string;
  readonly wanted: WantedWord;
  /** The arguments before the cursor. */
  readonly args: readonly string[];
  /** Values of the flags before the cursor that name an environment. */
  readonly env?: string;
  readonly context?: string;
}

/** Takes a command line apart: the words after `txlog` up to the cursor, the last one as far as it was typed. */
export function parseLine(words: readonly string[], commands: KnownCommands): CommandLine {
  const before = words.slice(0, -1);
  const typed = words.at(-1) ?? '';
  const { names, args, pending, named, isOver } = walk(before, commands);
  const command = commands[names.join(':')];
  if (pending)
    return {
      typed,
      args,
      ...named,
      wanted: { type: 'value', command: command ?? anyOf(commands), flag: pending, start: '' },
    };
  const [, start = '', name = '', value = ''] = /^(--([^=]+)=)(.*)$/s.exec(typed) ?? [];
  const flag = command?.flags[name];
  if (flag && command && !isOver)
    return { typed: value, args, ...named, wanted: { type: 'value', command, flag, start } };
  if (command && typed.startsWith('-') && !isOver) return { typed, args, ...named, wanted: { type: 'flag', command } };
  if (!command || (args.length === 0 && hasLonger(names, commands)))
    return { typed, args, ...named, wanted: { type: 'command', words: [...names, ...args] } };
  return { typed, args, ...named, wanted: { type: 'argument', command, argument: argumentAt(command, args.length) } };
}

interface Walked {
  /** Words of the command. */
  readonly names: readonly string[];
  readonly args: readonly string[];
  /** The flag whose value comes next. */
  readonly pending: KnownFlag | undefined;
  readonly named: { readonly env?: string; readonly context?: string };
  /** Whether `--` ended the flags. */
  readonly isOver: boolean;
}

function walk(words: readonly string[], commands: KnownCommands): Walked {
  const names: string[] = [];
  const args: string[] = [];
  const named: { env?: string; context?: string } = {};
  let pending: KnownFlag | undefined;
  let isOver = false;
  for (const word of words) {
    if (pending) {
      if (pending.name === 'env' || pending.name === 'context') named[pending.name] = word;
      pending = undefined;
    } else if (!isOver && word === '--') isOver = true;
    else if (!isOver && word.length > 1 && word.startsWith('-')) {
      const flag = flagOf(word, commands[names.join(':')] ?? anyOf(commands));
      const [, value] = /^--[^=]+=(.*)$/s.exec(word) ?? [];
      if (value !== undefined && (flag?.name === 'env' || flag?.name === 'context')) named[flag.name] = value;
      if (value === undefined && flag?.type === 'option') pending = flag;
    } else if (args.length === 0 && names.length === 0 && word === 'help') continue;
    else if (args.length === 0 && isCommandWord([...names, word], commands)) names.push(word);
    else args.push(word);
  }
  return { names, args, pending, named, isOver };
}

/** Before the command stand flags that all commands have. */
function anyOf(commands: KnownCommands): KnownCommand {
  return present(Object.values(commands)[0], 'a command');
}

function flagOf(word: string, command: KnownCommand): KnownFlag | undefined {
  const flags = Object.values(command.flags);
  if (word.startsWith('--')) return flags.find(({ name }) => name === word.slice(2).split('=')[0]);
  // `-t THEME`; of `-tTHEME` the value is there.
  return word.length === 2 ? flags.find(({ char }) => char === word[1]) : undefined;
}

function isCommandWord(names: readonly string[], commands: KnownCommands): boolean {
  return names.join(':') in commands || hasLonger(names, commands);
}

function hasLonger(names: readonly string[], commands: KnownCommands): boolean {
  const start = names.length === 0 ? '' : `${names.join(':')}:`;
  return Object.keys(commands).some((id) => id.startsWith(start));
}

function argumentAt({ args }: KnownCommand, index: number): KnownArgument | undefined {
  const all = Object.values(args);
  return all[index] ?? (all.at(-1)?.multiple ? all.at(-1) : undefined);
}
