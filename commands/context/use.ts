import { Args, Flags } from '@oclif/core';
import { ContextCommand } from '../../src/cli/context/context-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { formatContextName } from '../../src/cli/print/context-page.ts';
import { TxlogError } from '../../src/index.ts';
import { toContextJson } from '../../src/shapes/context.ts';
import { printable } from '../../src/text/printable.ts';

export default class ContextUse extends ContextCommand {
  static override summary = 'Make a context the current one, for commands that run outside of any environment.';
  static override effect = 'none' as const;
  static override description = withExitCodes(
    'In a directory with an environment, or below one, commands use that environment and say so. `config list ' +
      '--origin` shows which environment a command uses, and why.',
    [0, 2, 3, 74, 77, 78],
  );
  static override examples = ['<%= config.bin %> context use stage', '<%= config.bin %> context use --none'];
  static override picks = { argument: 'name', unless: ['none'] };
  static override args = { name: Args.string({ description: 'The name of the context.' }) };
  static override flags = { none: Flags.boolean({ summary: 'Leave no context the current one.' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ContextUse);
    if ((args.name === undefined) !== (flags.none === true))
      throw new TxlogError('USAGE', 'give the name of a context, or --none', { next: ['txlog context list'] });
    this.contexts.use(args.name);
    if (args.name === undefined) return this.print({ v: 1 }, 'there is no current context');
    const context = this.listed(this.contexts.get(args.name));
    const name = formatContextName(context, this.colors);
    await this.print(toContextJson(context), `current context: ${name}, ${printable(context.dir)}`);
  }
}
