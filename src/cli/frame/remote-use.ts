import type { Config } from '@oclif/core';
import { TxlogError } from '../../core/base/errors.ts';
import { printable } from '../../text/printable.ts';

/**
 * Whether a command works on a frontend (`--env http://…`). Each command says it of itself; oclif's manifest, `commands --json`
 * and the pages of commands carry it on. An object names the flags with which it does not.
 */
export type RemoteUse = boolean | { readonly without: readonly string[] };

/** A command line whose environment is behind a frontend. */
interface RemoteCall {
  readonly command: string;
  readonly address: string;
  /** Whether a flag was typed. */
  typed(flag: string): boolean;
}

/** Refuses what only a directory can answer, before anything is sent. Errors: USAGE, which names the commands that work. */
export function refuseOnFrontend(use: RemoteUse, { command, typed, address }: RemoteCall, config: Config): void {
  const without = typeof use === 'object' ? use.without : [];
  const flag = without.find(typed);
  if (use !== false && flag === undefined) return;
  const what = flag === undefined ? command : `${command} --${flag}`;
  throw new TxlogError(
    'USAGE',
    `${what} needs the directory of an environment, and ${printable(address)} is a frontend`,
    {
      hint:
        flag === undefined
          ? `On a frontend work: ${remoteCommands(config).join(', ')}.`
          : `Without --${flag} it works on a frontend.`,
      next: [`txlog ${command} --help`],
    },
  );
}

/** The words of all commands that work on a frontend, in order. */
export function remoteCommands(config: Config): readonly string[] {
  const works = config.commands.filter((command) => (command as { readonly remote?: RemoteUse }).remote);
  return works.map(({ id }) => id.replaceAll(':', ' ')).sort();
}

/** A sentence for the help of a command that works on a frontend; undefined of any other. */
export function remoteText(use: RemoteUse | undefined): string | undefined {
  if (!use) return undefined;
  const without = typeof use === 'object' ? use.without.map((flag) => `--${flag}`) : [];
  const [last, ...rest] = without.toReversed();
  const flags = rest.length === 0 ? last : `${rest.toReversed().join(', ')} and ${last}`;
  const but = last === undefined ? '' : `, but without ${flags}`;
  return `It works on a frontend too (--env http://HOST:PORT)${but}.`;
}
