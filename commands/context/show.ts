import { Args } from '@oclif/core';
import { ContextCommand } from '../../src/cli/context/context-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { formatContext } from '../../src/cli/print/context-page.ts';
import { toContextJson } from '../../src/shapes/context.ts';

export default class ContextShow extends ContextCommand {
  static override summary = 'Show a context: its environment, its colour, whether it is protected.';
  static override effect = 'none' as const;
  static override description = withExitCodes('Without a name it shows the current context.', [0, 3, 78]);
  static override examples = ['<%= config.bin %> context show prod', '<%= config.bin %> context show prod --json'];
  static override args = { name: Args.string({ description: 'The name of the context.' }) };

  async run(): Promise<void> {
    const { args } = await this.parse(ContextShow);
    const context = this.listed(this.contextNamed(args.name));
    await this.print(toContextJson(context), formatContext(context, this.colors));
  }
}
