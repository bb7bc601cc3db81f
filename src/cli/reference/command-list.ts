import type { Command, Config } from '@oclif/core';
import { given } from '../../core/base/given.ts';
import type { JsonObject, JsonValue } from '../../core/base/json.ts';
import { formatTable } from '../../text/table.ts';

/** Every command that can be called, in the order of their names. */
export function commandsOf(config: Config): readonly Command.Loadable[] {
  const shown = config.commands.filter(({ hidden }) => !hidden);
  return [...shown].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** One command for machines: its words, arguments, flags and examples. */
export function describeCommand(command: Command.Loadable): JsonObject {
  const { description, args, flags, examples = [] } = command;
  return given({
    v: 1,
    command: nameOf(command),
    summary: summaryOf(command),
    effect: effectOf(command),
    frontend: Boolean((command as { readonly remote?: unknown }).remote),
    description,
    args: Object.entries(args).map(([name, arg]) =>
      given({ name, about: arg.description, required: arg.required === true, options: optionsOf(arg) }),
    ),
    flags: Object.values(flags).map((flag) =>
      given({
        ...{ name: flag.name, char: flag.char, about: flag.summary ?? flag.description, type: flag.type },
        ...{ required: flag.required === true, multiple: 'multiple' in flag && flag.multiple === true },
        ...{
          value: 'helpValue' in flag && flag.helpValue !== undefined ? `${flag.helpValue}` : undefined,
          options: optionsOf(flag),
        },
        ...{ variable: flag.env, global: flag.helpGroup === 'GLOBAL' },
      }),
    ),
    examples: examples.map((example) => textOf(example).replaceAll('<%= config.bin %>', 'txlog')),
  }) as JsonObject;
}

/** Commands for people: the words of each, and what it does. */
export function formatCommands(commands: readonly Command.Loadable[]): string {
  return formatTable(commands.map((command) => [nameOf(command), summaryOf(command)]));
}

function nameOf({ id }: Command.Loadable): string {
  return id.replaceAll(':', ' ');
}

/** The effect on an environment; `sometimes` where flags decide. */
function effectOf(command: Command.Loadable): string {
  const { effect } = command as { readonly effect?: string | object };
  return typeof effect === 'object' ? 'sometimes' : (effect ?? 'reads');
}

function summaryOf({ summary, description = '' }: Command.Loadable): string {
  return summary ?? description.split('\n')[0] ?? '';
}

function optionsOf(from: object): JsonValue | undefined {
  return 'options' in from && Array.isArray(from.options) ? (from.options as string[]) : undefined;
}

function textOf(example: Command.Example): string {
  return typeof example === 'string' ? example : example.command;
}
