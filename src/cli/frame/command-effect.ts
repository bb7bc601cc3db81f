import { TxlogError } from '../../core/base/errors.ts';

/**
 * What a command does to an environment. Every command says it of itself; oclif's manifest, `commands --json` and the
 * man pages carry it on.
 *
 * - `none`: it needs no environment, and changes none;
 * - `reads`: it is opened read-only, whatever the flags are;
 * - `writes`: it changes the environment;
 * - `makes`: it makes a new environment, and touches none that is there;
 * - an object: it writes when one of the flags `with` is given (or none is listed), and none of the flags `without`. An
 *   entry is a flag, or a flag and its value: `mode=inspect`.
 */
export type CommandEffect =
  | 'none'
  | 'reads'
  | 'writes'
  | 'makes'
  | { readonly with?: readonly string[]; readonly without?: readonly string[] };

/** Whether a command with these flags changes an environment that is there. A dry run changes none. */
export function willWrite(effect: CommandEffect, flags: Readonly<Record<string, unknown>>): boolean {
  if (flags['dry-run'] === true) return false;
  if (typeof effect === 'string') return effect === 'writes';
  const isGiven = (entry: string) => {
    const [name = '', value] = entry.split('=');
    return value === undefined ? flags[name] !== undefined && flags[name] !== false : flags[name] === value;
  };
  const { with: needed, without = [] } = effect;
  return (needed === undefined || needed.some(isGiven)) && !without.some(isGiven);
}

/** Refuses a command that writes, before anything is opened, where only reading is allowed. Errors: READ_ONLY. */
export function refuseWriting(effect: CommandEffect, flags: Readonly<Record<string, unknown>>, command: string): void {
  if (effect !== 'makes' && !willWrite(effect, flags)) return;
  const source = isReadOnlyShell() ? 'TXLOG_READ_ONLY is set' : '--read-only is given';
  throw new TxlogError('READ_ONLY', `${command} changes an environment, and ${source}`, {
    hint: 'Nothing was opened for writing.',
    next: [`txlog ${command} --help`],
  });
}

const off = new Set(['', '0', 'false', 'no', 'off']);

/** Whether the variable TXLOG_READ_ONLY is set. Whoever sets it to something unclear is on the safe side. */
export function isReadOnlyShell(): boolean {
  return !off.has((process.env.TXLOG_READ_ONLY ?? '').toLowerCase());
}
