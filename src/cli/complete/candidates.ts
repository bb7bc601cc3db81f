import { printable } from '../../text/printable.ts';
import type { CommandLine, KnownCommand, KnownCommands, KnownFlag, WantedWord } from './command-words.ts';
import type { ValueSource } from './value-source.ts';

/** A word that would complete the line, and what it is. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
}

/** The words that fit at the cursor: known ones, those of a source, and files. */
export interface LineCompletion {
  readonly candidates: readonly Candidate[];
  /** Where the values come from, when they lie in an environment or a list of this user. */
  readonly source?: ValueSource;
  readonly files: boolean;
  /** The part of the word that stands before what is completed, as `--status=`. */
  readonly start: string;
}

/** Finds what can stand at the cursor, without looking into any environment. */
export function completeLine(line: CommandLine, commands: KnownCommands): LineCompletion {
  const { wanted, typed } = line;
  const none = { candidates: [], files: false, start: '' };
  switch (wanted.type) {
    case 'command':
      return { ...none, candidates: fitting(commandWords(wanted.words, commands), typed) };
    case 'flag':
      return { ...none, candidates: fitting(flagWords(wanted.command), typed) };
    case 'value': {
      const { flag, command, start } = wanted;
      const values = (flag.options ?? []).map((word) => ({ word, about: '' }));
      return { ...fromSource(flagSource(flag, command)), candidates: fitting(values, typed), start };
    }
    case 'argument': {
      const values = (wanted.argument?.options ?? []).map((word) => ({ word, about: '' }));
      return { ...fromSource(argumentSource(wanted)), candidates: fitting(values, typed), start: '' };
    }
  }
}

function fromSource(source: ValueSource | 'files' | undefined): Pick<LineCompletion, 'files' | 'source'> {
  if (source === 'files') return { files: true };
  return source === undefined ? { files: false } : { files: false, source };
}

/** The words that can follow `words` in the name of a command. */
function commandWords(words: readonly string[], commands: KnownCommands): readonly Candidate[] {
  const start = words.length === 0 ? '' : `${words.join(':')}:`;
  const found = new Map<string, string>();
  for (const { id, summary = '', hidden } of Object.values(commands)) {
    if (hidden || !id.startsWith(start)) continue;
    const [word = '', ...more] = id.slice(start.length).split(':');
    if (more.length === 0) found.set(word, summary);
    else if (!found.has(word)) found.set(word, `${[...words, word].join(' ')} …`);
  }
  if (words.length === 0) found.set('help', 'Show the help of a command.');
  return [...found].map(([word, about]) => ({ word, about }));
}

function flagWords({ flags }: KnownCommand): readonly Candidate[] {
  const shown = Object.values(flags).filter(({ hidden }) => !hidden);
  const words = shown.map(({ name, summary = '' }) => ({ word: `--${name}`, about: summary }));
  return [...words, { word: '--help', about: 'Show the help of this command.' }];
}

/** Candidates that begin with what was typed, in the order of their words. */
export function fitting(candidates: readonly Candidate[], typed: string): readonly Candidate[] {
  const found = candidates.filter(({ word }) => word.startsWith(typed) && isOneWord(word));
  return found.sort((a, b) => (a.word < b.word ? -1 : 1));
}

/** A line break or another control character can be in a key of a damaged environment, and would be two candidates. */
function isOneWord(word: string): boolean {
  return word !== '' && printable(word) === word;
}

const ofFiles = /FILE|DIR|MODULE|DUMP/;
const ofFlag: Readonly<Record<string, ValueSource>> = {
  context: 'contexts',
  theme: 'themes',
  session: 'sessions',
  key: 'keys',
  prefix: 'keys',
};

function flagSource(flag: KnownFlag, command: KnownCommand): ValueSource | 'files' | undefined {
  const { name, helpValue = '' } = flag;
  if (ofFiles.test(helpValue) || name === 'sign' || name === 'verify-key') return 'files';
  if (name === 'type') return command.id.startsWith('saga:') ? 'saga types' : 'types';
  if (name === 'id') return ['inspect', 'compensate'].includes(command.id) ? 'transactions' : undefined;
  return ofFlag[name];
}

const ofArgument: Readonly<Record<string, ValueSource | 'files'>> = {
  'compensate name': 'transactions',
  'explain code': 'codes',
  'schema command': 'schemas',
  'send service': 'services',
  'inspect name': 'names',
  'wait id': 'waited',
  'session:wait id': 'waited',
  'saga:graph type': 'saga types',
  'saga:answer step': 'steps',
  'saga:start type': 'saga types',
};

function argumentSource({
  command,
  argument,
}: Extract<WantedWord, { readonly type: 'argument' }>): ValueSource | 'files' | undefined {
  const { id } = command;
  const name = argument?.name ?? '';
  const special = ofArgument[`${id} ${name}`];
  if (special) return special;
  if (['file', 'dir', 'target', 'dump', 'other'].includes(name)) return 'files';
  if (name === 'key') return 'keys';
  if (name === 'theme') return 'themes';
  if (name === 'id' || name === 'ids') return id.startsWith('saga:') ? 'sagas' : 'sessions';
  return name === 'name' && id.startsWith('context:') && id !== 'context:add' ? 'contexts' : undefined;
}
