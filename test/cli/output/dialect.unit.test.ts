// Goal: every command speaks the dialect of docs/guide/conventions.md. Method: over the manifest of the built command line:
// the shared flags are in every command, a word or a letter means the same everywhere, and lists have what lists have.
import { expect, it } from 'vitest';
import { outputs } from '../../../src/shapes/schema/command-outputs.ts';
import { builtCommands } from '../../docs/command-pages.ts';

const commands = builtCommands();
const nameOf = (id: string) => id.replaceAll(':', ' ');

const shared = {
  output: 'o',
  json: undefined,
  ndjson: undefined,
  quiet: 'q',
  fields: undefined,
  template: undefined,
  wide: undefined,
  time: undefined,
  progress: undefined,
  env: undefined,
  context: undefined,
  'read-only': undefined,
  verbose: undefined,
  'no-color': undefined,
  'no-pager': undefined,
};

/** What a letter stands for, in every command that has it. */
const letters: Readonly<Record<string, readonly string[]>> = {
  O: ['out'],
  c: ['concurrency'],
  f: ['follow'],
  n: ['limit'],
  o: ['output'],
  q: ['quiet'],
  r: ['reverse'],
  t: ['theme', 'type'],
  y: ['yes'],
};

/** The commands whose answer is a list that may be long. */
const lists = [
  ...[
    'attachment list',
    'commands',
    'config list',
    'context list',
    'explain',
    'log',
    'log count',
    'queue list',
    'rescan',
    'saga list',
    'saga stuck',
    'send',
    'session list',
    'session stuck',
  ],
  ...['state history', 'state list', 'sync head', 'theme list', 'view'],
];
const selective = [
  'log',
  'log count',
  'rescan',
  'saga list',
  'saga stuck',
  'session list',
  'session stuck',
  'state list',
];

it.each(commands.map((command) => [nameOf(command.id), command] as const))(
  '%s has the shared flags',
  (_, { flags }) => {
    for (const [name, char] of Object.entries(shared)) {
      const { summary, helpGroup } = flags[name] ?? {};
      expect({ name, char: flags[name]?.char, helpGroup }).toEqual({ name, char, helpGroup: 'GLOBAL' });
      // An environment that is to be made is not searched for.
      if (name !== 'env') expect(summary).toBe(commands[0]?.flags[name]?.summary);
    }
    expect(flags.output?.options).toEqual(['table', 'plain', 'csv', 'json', 'ndjson', 'ids']);
  },
);

it('a letter stands for the same flag in every command', () => {
  const found = commands.flatMap(({ id, flags }) =>
    Object.values(flags).flatMap(({ name, char }) =>
      char === undefined || letters[char]?.includes(name) ? [] : [`${id}: -${char} is --${name}`],
    ),
  );
  expect(found).toEqual([]);
});

it('a flag has the same letter in every command', () => {
  const chars = Object.entries(letters).flatMap(([char, names]) => names.map((name) => [name, char] as const));
  const always = new Map(chars.filter(([name]) => !['theme', 'type'].includes(name)));
  const found = commands.flatMap(({ id, flags }) =>
    Object.values(flags).flatMap(({ name, char }) =>
      always.has(name) && always.get(name) !== char ? [`${id}: --${name} has no -${always.get(name)}`] : [],
    ),
  );
  expect(found).toEqual([]);
});

it.each(lists)('the list command %s has the flags and the schema that lists have', (name) => {
  const command = commands.find(({ id }) => nameOf(id) === name);
  const of = (flag: string) => command?.flags[flag]?.summary;
  // A dump is looked into: ten entries show what it is.
  const limit =
    name === 'sync head' ? /^Print at most N entries; all is/ : /^Print at most N items; all is .* 100 on a terminal/;
  expect(of('limit')).toMatch(limit);
  if (selective.includes(name)) expect(of('where')).toMatch(/^Select by a condition in CEL/);
  expect(outputs[name]).toMatchObject({ line: expect.anything(), document: expect.anything() });
});

it('no command has a limit that is no list', () => {
  const limited = commands.filter(({ flags }) => 'limit' in flags).map(({ id }) => nameOf(id));
  // A page of a history is no list of its own.
  const pages = ['inspect', 'queue show', 'session show'];
  expect(limited.filter((name) => !pages.includes(name)).sort()).toEqual([...lists].sort());
});
