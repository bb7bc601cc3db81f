// Goal: the help of a command says first what it does, once, and last what all commands have in common; its usage is a line
// that can be typed. Method: the help of every command is printed, by one process.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtCommands, typedName } from '../docs/command-pages.ts';
import { callCommand } from '../kit/commands.ts';
import { Shell } from './txlog.ts';

let shell: Shell;
const helpOf = new Map<string, string>();
const commands = builtCommands();

beforeAll(() => {
  shell = new Shell();
  const lines = commands.map(({ id }) => `help ${id.replaceAll(':', ' ')}\n`).join('');
  const printed = shell.runAlone(['shell'], lines).stdout;
  const starts = commands.map(({ id }) => printed.indexOf(`\nUSAGE\n  $ txlog ${id.replaceAll(':', ' ')} `));
  for (const [at, { id }] of commands.entries()) helpOf.set(id, printed.slice(starts[at], starts[at + 1]));
});
afterAll(() => shell.remove());

it.each([
  ['--help session park'],
  ['-h session park'],
  ['session park -h'],
  ['session park mail/7 -h'],
  ['help session park'],
])('help is given however it is asked for: %s', (line) => {
  const { stdout } = callCommand(line.split(' '), { dir: process.cwd(), env: process.env });
  expect(stdout.split('\n')[0]).toBe('Park sessions: nobody leads them until a person brings them back.');
});

it.each(commands.map((command) => [typedName(command), command] as [string, typeof command]))(
  'the help of %s has its parts in order, and says nothing twice',
  (name, { id, summary, usage }) => {
    const help = helpOf.get(id) ?? '';
    const parts: readonly string[] = help.match(/^[A-Z][A-Z ]+$/gm) ?? [];
    const order = ['USAGE', 'DESCRIPTION', 'ARGUMENTS', 'FLAGS', 'EXAMPLES', 'EXIT CODES', 'GLOBAL FLAGS'];
    expect(parts.filter((part) => order.includes(part))).toEqual(order.filter((part) => parts.includes(part)));
    expect(parts).toEqual(expect.arrayContaining(['USAGE', 'DESCRIPTION', 'EXIT CODES']));
    expect(help.replace(/\s+/g, ' ')).toContain(`USAGE $ txlog ${usage}`);
    expect(help.slice(0, help.indexOf('\nFLAGS')).replace(/\s+/g, ' ')).not.toContain(`DESCRIPTION ${summary}`);
    expect(usage).toMatch(
      new RegExp(
        `^${name.slice('txlog '.length)}(?: \\[?[A-Z]+(?:\\.\\.\\.)?\\]?)*(?: --[a-z-]+ [A-Za-z|:]+)* \\[FLAGS\\]$`,
      ),
    );
  },
);
