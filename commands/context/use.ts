import { Args, Flags } from '@oclif/core';
import { ContextCommand } from '../../src/cli/context/context-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { formatContextName } from '../../src/cli/print/context-page.ts';
import { TxlogError } from '../../src/index.ts';
import { toContextJson } from '../../src/shapes/context.ts';
import { printable } from '../../src/text/printable.ts';

export default class ContextUse extends ContextCommand {
  static override summary = 'Make a context the current one: commands outside of any environment work on it.';
  static override effect = 'none' as const;
  static override description = withExitCodes(
    'In a directory that holds an environment, or is below one that does, commands work on that one all the same, and ' +
      'say so. `config list --origin` tells which environment is meant, and why.',
    [0, 2, 3, 74, 77, 78],
  );
  static override examples = ['<%= config.bin %> context use stage', '<%= config.bin %> context use --none'];
  static override args = { name: Args.string({ description: 'Its name.' }) };
  static override flags = { none: Flags.boolean({ summary: 'No context is the current one any more.' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ContextUse);
    if ((args.name === undefined) !== (flags.none === true))
      throw new TxlogError('USAGE', 'name a context, or say --none', { next: ['txlog context list'] });
    this.contexts.use(args.name);
    if (args.name === undefined) return this.print({ v: 1 }, 'no context is the current one');
    const context = this.listed(this.contexts.get(args.name));
    const name = formatContextName(context, this.colors);
    await this.print(toContextJson(context), `current context: ${name}, ${printable(context.dir)}`);
  }
}
