import type { Action } from '../model/action.ts';
import { commandWords } from '../model/action.ts';
import type { Place } from '../model/places.ts';
import type { Screen } from '../model/screen.ts';

/** The doing of a line of the palette. */
export type Entry =
  | { readonly to: 'place'; readonly place: Place }
  | { readonly to: 'action'; readonly action: Action }
  | { readonly to: 'command'; readonly name: string }
  /** The debugger, under another app. */
  | { readonly to: 'module'; readonly app: string };

/** A line that can be chosen: the words of a command, and what they take. */
export interface PaletteChoice {
  readonly words: string;
  readonly takes?: string;
  entry(argument: string): Entry | undefined;
}

const place = (words: string, to: Place): PaletteChoice => ({ words, entry: () => ({ to: 'place', place: to }) });
const placeOf = (words: string, takes: string, to: (argument: string) => Place | undefined): PaletteChoice => ({
  words,
  takes,
  entry(argument) {
    const found = argument === '' ? undefined : to(argument);
    return found ? { to: 'place', place: found } : undefined;
  },
});

const places: readonly PaletteChoice[] = [
  place('status', { screen: 'overview' }),
  place('top', { screen: 'overview' }),
  place('queue list', { screen: 'overview' }),
  place('session stuck', { screen: 'stuck' }),
  placeOf('queue show', 'THEME', (theme) => ({ screen: 'queue', theme })),
  placeOf('session list', 'THEME', (theme) => ({ screen: 'queue', theme })),
  placeOf('session show', 'ID', (id) => ({ screen: 'session', id })),
  placeOf('saga show', 'ID', (id) => ({ screen: 'saga', id })),
  place('log', { screen: 'log', where: '' }),
  placeOf('log --where', 'CEL', (where) => ({ screen: 'log', where })),
  placeOf('log --key', 'KEY', (key) => ({ screen: 'log', where: '', key })),
  placeOf('inspect', 'POSITION', (text) =>
    /^\d{1,15}$/.test(text) ? { screen: 'record', position: Number(text), part: 'changes' } : undefined,
  ),
  place('state list', { screen: 'states', prefix: '' }),
  placeOf('state list', 'PREFIX', (prefix) => ({ screen: 'states', prefix })),
  placeOf('get', 'KEY', (key) => ({ screen: 'state', key })),
  placeOf('compensate --plan', 'POSITION', (text) =>
    /^\d{1,15}$/.test(text) ? { screen: 'what-if', position: Number(text) } : undefined,
  ),
  placeOf('debug', 'POSITION', (text) =>
    /^\d{1,15}$/.test(text) ? { screen: 'debugger', position: Number(text) } : undefined,
  ),
  {
    words: 'replay --with',
    takes: 'MODULE',
    entry: (app) => (app === '' ? undefined : { to: 'module', app }),
  },
  place('sync status', { screen: 'origins' }),
];

const commands: readonly PaletteChoice[] = [
  { words: 'help', entry: () => ({ to: 'command', name: 'help' }) },
  { words: 'quit', entry: () => ({ to: 'command', name: 'quit' }) },
];

/** All that can be chosen here; of what can be done, only what can be done to what is selected. */
export function choicesOf(actions: ReturnType<NonNullable<Screen['actions']>>): readonly PaletteChoice[] {
  const own = actions.map((action): PaletteChoice => {
    const outcome = action.verb.startsWith('force ') ? ` --outcome ${action.verb.slice(6)}` : '';
    const force = action.verb === 'take over' ? ' --force' : '';
    const words = `${commandWords(action.verb)}${outcome}${force}`;
    return { words, entry: () => ({ to: 'action', action }) };
  });
  return [...places, ...own, ...commands];
}

/** The choices that a text may mean, the best first. */
export function matching(choices: readonly PaletteChoice[], text: string): readonly PaletteChoice[] {
  const typed = text.trim().toLowerCase();
  const startsWith = choices.filter(({ words }) => words.startsWith(typed));
  const takes = choices.filter(({ words, takes }) => takes !== undefined && typed.startsWith(`${words} `));
  const holds = choices.filter(({ words }) => !words.startsWith(typed) && words.includes(typed));
  return [...takes, ...startsWith, ...holds];
}

/** The doing of a choice with what was typed; undefined while it lacks what it takes. */
export function entryOf(choice: PaletteChoice, text: string): Entry | undefined {
  const typed = text.trim();
  const isNamed = typed.toLowerCase().startsWith(choice.words);
  const argument = isNamed ? typed.slice(choice.words.length).trim() : '';
  return choice.entry(argument);
}
