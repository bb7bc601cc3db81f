import { stripVTControlCharacters } from 'node:util';
import type { Config } from '@oclif/core';
import type { ErrorCode } from '../../core/base/error-codes.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { closestMatch } from '../../text/closest-match.ts';

/** Turns oclif's complaint about flags and arguments into one line with a next step; any other error passes as it is. */
export function toUsageError(error: unknown, config: Config, id: string): unknown {
  if (!isOfOclif(error) || isExit(error)) return error;
  const { flags, args } = error as { flags?: readonly string[]; args?: readonly unknown[] };
  const next = [helpOf(id)];
  if (flags) return unknownFlag(config, { id, flag: flags[0] ?? '' }, next);
  if (args) return new TxlogError('USAGE', argumentProblem(args), { next });
  return new TxlogError('USAGE', firstReason(error.message), { next });
}

/** By its shape: a plugin brings a copy of oclif, whose classes are others by the same names. */
function isOfOclif(error: unknown): error is Error {
  return error instanceof Error && 'oclif' in error;
}

/** Whether a command of oclif's own asks for an end with an exit code, which is no complaint. */
export function isExit(error: unknown): error is Error & { readonly oclif: { readonly exit?: number } } {
  return isOfOclif(error) && (error as { code?: unknown }).code === 'EEXIT';
}

/**
 * Refuses a flag with the name of what every object of JavaScript has: oclif would find it among those of a command.
 *
 * Errors: USAGE.
 */
export function refuseInheritedFlags(config: Config, id: string, args: readonly string[]): void {
  const end = args.indexOf('--');
  for (const arg of end === -1 ? args : args.slice(0, end)) {
    const [, name = ''] = /^--(?:no-)?([^=]*)/.exec(arg) ?? [];
    if (name in Object.prototype) throw unknownFlag(config, { id, flag: `--${name}` }, [helpOf(id)]);
  }
}

/** The errors of which the help of a command may tell the right way. */
const ofUsage: ReadonlySet<string> = new Set<ErrorCode>(['USAGE', 'FILTER_INVALID', 'TYPE_UNKNOWN']);

/** An error whose next step is a help: that of the command that ran, whoever found the mistake. */
export function withOwnHelp(error: unknown, id: string): unknown {
  if (!(error instanceof TxlogError) || !ofUsage.has(error.code)) return error;
  const { next = [] } = error.details;
  const own = helpOf(id);
  const named = next.map((command) => (/^txlog .*--help$/.test(command) ? own : command));
  const more = error.code === 'FILTER_INVALID' && !named.includes(own) ? [own] : [];
  return new TxlogError(error.code, error.message, { ...error.details, next: [...named, ...more] });
}

function helpOf(id: string): string {
  return `txlog ${id.replaceAll(':', ' ')} --help`;
}

/** Words that other tools have for a flag of ours, and that this one had. */
const meant: Readonly<Record<string, string>> = {
  columns: 'fields',
  count: 'limit',
  filter: 'where',
  format: 'output',
  head: 'limit',
  last: 'limit',
  max: 'limit',
  only: 'fields',
  query: 'where',
  select: 'fields',
  tail: 'follow',
  watch: 'follow',
};

function unknownFlag(
  config: Config,
  { id, flag }: { readonly id: string; readonly flag: string },
  next: readonly string[],
): TxlogError {
  const flags = Object.keys(config.findCommand(id)?.flags ?? {});
  const name = flag.replace(/^-+/, '');
  const guess = flags.find((one) => one === meant[name]) ?? closestMatch(name, flags);
  const hint = guess === undefined ? {} : { hint: `Did you mean: --${guess}` };
  return new TxlogError('USAGE', `there is no flag ${flag}`, { ...hint, next });
}

/** Missing arguments come as their definitions, surplus ones as text. */
function argumentProblem(args: readonly unknown[]): string {
  const surplus = args.filter((arg) => typeof arg === 'string');
  if (surplus.length > 0) return `too many arguments: ${surplus.join(' ')}`;
  return `missing: ${args.map((arg) => (arg as { name: string }).name.toUpperCase()).join(', ')}`;
}

function firstReason(message: string): string {
  // A value that does not fit its flag: the flag is in the first line, the reason in the second.
  const lines = stripVTControlCharacters(message)
    .replace(/^Parsing (--\S+) *\n\s*(?=is a)/, '$1 ')
    .replace(/^Parsing (--\S+) *\n\s*/, '$1: ')
    .split('\n');
  const reasons = lines.map((line) => line.trim()).filter((line) => !/^(The following error|See more help)/.test(line));
  const reason = reasons.find((line) => line !== '') ?? 'wrong command line';
  return reasonTexts.reduce((text, [theirs, ours]) => text.replace(theirs, ours), reason);
}

/** Texts of oclif, and the same in the words of this command line. */
const reasonTexts: readonly (readonly [RegExp, string])[] = [
  [/^(--[\w-]+)=?.* cannot also be provided when using (--[\w-]+).*$/, '$1 and $2 exclude each other'],
  [/^All of the following must be provided when using (--[\w-]+): (.*)$/, '$1 needs $2'],
  [/^Expected (--[\w-]+)=(.*) to be one of: (.*)$/s, '$1 is one of $3, not $2'],
  [/^Expected (.*) to be one of: (.*)$/s, '$1 is none of $2'],
];
