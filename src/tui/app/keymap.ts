import { TxlogError } from '../../core/base/errors.ts';
import { isJsonObject, type JsonValue } from '../../core/base/json.ts';

/** Something that keys do, and where. */
export interface Command {
  readonly name: string;
  /** In words, for help. */
  readonly help: string;
  readonly keys: readonly string[];
  /** Only where it says something. */
  readonly only?: 'actions' | 'record' | 'state' | 'debugger' | 'jobs';
}

/** All that keys do, unless a keymap says otherwise. No key alone does anything that cannot be undone. */
export const defaultCommands: readonly Command[] = [
  { name: 'up', help: 'go one row up', keys: ['up', 'k'] },
  { name: 'down', help: 'go one row down', keys: ['down', 'j'] },
  { name: 'page up', help: 'go one page up', keys: ['pageup', 'ctrl+u'] },
  { name: 'page down', help: 'go one page down', keys: ['pagedown', 'ctrl+d'] },
  { name: 'first', help: "go to the first row, or the log's beginning", keys: ['g', 'home'] },
  { name: 'last', help: 'go to the last row, and follow the log', keys: ['G', 'end'] },
  { name: 'open', help: 'open the selected row', keys: ['enter', 'right'] },
  { name: 'back', help: 'go back; this never ends the program', keys: ['esc', 'left'] },
  { name: 'item', help: 'open the selected session or saga', keys: ['3'] },
  { name: 'filter', help: 'filter: text, !not, field:value; the log: CEL', keys: ['/'] },
  { name: 'palette', help: 'go anywhere or do anything by its command', keys: [':'] },
  { name: 'help', help: 'show what the keys do here', keys: ['?'] },
  { name: 'mark', help: 'mark the row, to act on many at once', keys: ['space'] },
  { name: 'mark all', help: 'mark all rows that pass the filter, or none', keys: ['*'] },
  { name: 'actions', help: 'show the actions for the selected or marked rows', keys: ['x'], only: 'actions' },
  { name: 'retry', help: 'retry, unpark or resume; asks first', keys: ['r'], only: 'actions' },
  { name: 'take over', help: 'take the session over from its operator; asks first', keys: ['t'], only: 'actions' },
  { name: 'copy', help: 'copy the command that does the same', keys: ['y'] },
  { name: 'part', help: 'show changes, JSON or bytes', keys: ['tab'], only: 'record' },
  { name: 'back on key', help: 'go to the previous record of the same key', keys: ['b'], only: 'record' },
  { name: 'on along key', help: 'go to the next record of the same key', keys: ['n'], only: 'record' },
  { name: 'position before', help: 'show the state one position earlier', keys: ['['], only: 'state' },
  { name: 'position after', help: 'show the state one position later', keys: [']'], only: 'state' },
  {
    name: 'difference',
    help: 'compare with the selected position, or with the previous one again',
    keys: ['d'],
    only: 'state',
  },
  { name: 'what if', help: 'show what would be without the selected transaction', keys: ['w'], only: 'state' },
  { name: 'next flip', help: 'go to the next decision that would flip', keys: ['f'], only: 'debugger' },
  { name: 'stop job', help: 'stop the selected job; what is done stays done', keys: ['s'], only: 'jobs' },
  { name: 'repaint', help: 'redraw the screen', keys: ['ctrl+l', 'R'] },
  { name: 'suspend', help: 'suspend the program, until fg', keys: ['ctrl+z'] },
  { name: 'quit', help: 'quit', keys: ['q'] },
  { name: 'interrupt', help: 'quit at once', keys: ['ctrl+c'] },
];

/** Which key does what. */
export interface Keymap {
  readonly commands: readonly Command[];
  commandOf(key: string): Command | undefined;
}

/** The keymap of some commands. */
export function keymapOf(commands: readonly Command[]): Keymap {
  const byKey = new Map(commands.flatMap((command) => command.keys.map((key) => [key, command] as const)));
  return { commands, commandOf: (key) => byKey.get(key) };
}

/**
 * Puts other keys in place: an object of command names, each with a key or a list of keys. Errors: USAGE of a name
 * that is none, and of a key that two commands, or a command and a screen, would have.
 */
export function remap(input: JsonValue): readonly Command[] {
  if (!isJsonObject(input)) throw invalid('it is not an object of commands and keys');
  for (const name of Object.keys(input))
    if (!defaultCommands.some((command) => command.name === name))
      throw invalid(`there is no command ${JSON.stringify(name)}`);
  const commands = defaultCommands.map((command) => {
    const given = input[command.name];
    if (given === undefined) return command;
    const keys = Array.isArray(given) ? given : [given];
    if (!keys.every((key) => typeof key === 'string' && key !== '')) throw invalid(`${command.name}: a key is a text`);
    return { ...command, keys: keys as readonly string[] };
  });
  refuseTwice(commands);
  return commands;
}

/** Keys that go to a screen, whatever the keymap says. */
const numbers = ['1', '2', '4', '5', '6', '7', '8'];

function refuseTwice(commands: readonly Command[]): void {
  const taken = new Map(numbers.map((key) => [key, `screen ${key}`]));
  for (const { name, keys } of commands)
    for (const key of keys) {
      const other = taken.get(key);
      if (other !== undefined) throw invalid(`key ${key} would be both ${other} and ${name}`);
      taken.set(key, name);
    }
}

function invalid(message: string): TxlogError {
  return new TxlogError('USAGE', `the keymap is not valid: ${message}`, { next: ['txlog tui --keys'] });
}
